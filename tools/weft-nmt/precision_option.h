#pragma once

#include "models/nmt/search/translator.h"
#include "tools/common/command_line.h"

namespace weft::nmt {

/// Adds --precision.
void add_precision_option(const tool::Command& command, TranslationPrecision& precision);

}  // namespace weft::nmt
