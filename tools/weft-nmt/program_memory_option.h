#pragma once

#include <cstddef>

#include "tools/common/command_line.h"

namespace weft::nmt {

/// Adds --program-memory: the budget of a ProgramCache, which changes no result.
void add_program_memory_option(const tool::Command& command, std::size_t& budget);

}  // namespace weft::nmt
