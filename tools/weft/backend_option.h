#pragma once

#include <string>

#include "backends/backend.h"

namespace CLI {
class App;
}

namespace weft::tool {

/// Adds --backend, one of onednn and reference.
void add_backend_option(CLI::App& command, std::string& name);

/// The backend of that name, which add_backend_option has checked.
const Backend& backend_named(const std::string& name);

}  // namespace weft::tool
