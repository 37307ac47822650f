#pragma once

#include <string>

#include "backends/backend.h"
#include "tools/common/command_line.h"

namespace weft::tool {

/// Adds --backend, one of onednn and reference.
Option add_backend_option(const Command& command, std::string& name);

/// The backend of that name, which add_backend_option has checked.
const Backend& backend_named(const std::string& name);

}  // namespace weft::tool
