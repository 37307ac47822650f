#pragma once

#include <filesystem>

#include "backends/runtime/variables.h"

namespace weft {

/// Writes all variables as safetensors (graph/io/safetensors.h), whole or not at all.
void save_variables(const std::filesystem::path& path, const Variables& variables);
/// Sets the variables, which are there, to what the file holds. Throws Error, and sets none, when the file lacks one, has
/// one that is not there, or one of another type.
void load_variables(const std::filesystem::path& path, Variables& variables);

}  // namespace weft
