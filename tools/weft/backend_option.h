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

/// The table; nullptr when no path is given. Throws Error when it cannot be read, and UsageError when the backend is
/// not the one that has these kernels.
std::shared_ptr<const onednn::KernelSelection> kernels_in(const std::string& path, const std::string& backend);

/// The backend of that name, which add_backend_option has checked.
const Backend& backend_named(const std::string& name);

}  // namespace weft::tool
