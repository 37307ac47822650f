#pragma once

#include <memory>
#include <string>

#include "backends/runtime/backend.h"
#include "tools/common/command_line.h"

namespace weft::tool {

/// Adds --backend, one of onednn and reference.
Option add_backend_option(const Command& command, std::string& name);

/// Adds --kernels, the path of a table of kernels.
Option add_kernels_option(const Command& command, std::string& path);

/// The backend of that name, which add_backend_option has checked.
const Backend& backend_named(const std::string& name);

/// The same, with the kernels of that table; an empty path is none. Throws Error when it cannot be read, and UsageError
/// when the backend is not the one that has such kernels.
std::shared_ptr<const Backend> backend_with(const std::string& name, const std::string& kernels);

}  // namespace weft::tool
