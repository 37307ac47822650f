#pragma once

#include <CLI/CLI.hpp>

#include "models/nmt/translator.h"

namespace weft::nmt {

/// Adds --precision.
void add_precision_option(CLI::App& app, Precision& precision);

}  // namespace weft::nmt
