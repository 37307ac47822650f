#pragma once

#include <cstddef>
#include <string>

#include "backends/runtime/program_cache.h"
#include "tools/common/command_line.h"

namespace weft::nmt {

/// Adds --program-memory: the budget of a ProgramCache, which changes no result.
void add_program_memory_option(const tool::Command& command, std::size_t& budget);

/// "162 compiled shapes, 250.1 MiB of at most 1.0 GiB (--program-memory); 3 had to make room".
std::string describe(const ProgramMemory& memory);

}  // namespace weft::nmt
