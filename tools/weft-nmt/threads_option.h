#pragma once

#include <CLI/CLI.hpp>

namespace weft::nmt {

/// Adds --threads, whose number is given to the backend as soon as it has been read. Results do not depend on it.
void add_threads_option(CLI::App& app);

}  // namespace weft::nmt
