#include "tools/weft/backend_option.h"

#include <CLI/CLI.hpp>

namespace weft::tool {

void add_backend_option(CLI::App& command, std::string& name) {
  command.add_option("--backend", name, "onednn: fast, f32. reference: naive loops, f32 and f64")
      ->check(CLI::IsMember({"onednn", "reference"}))
      ->capture_default_str();
}

const Backend& backend_named(const std::string& name) {
  return name == "reference" ? reference_backend() : onednn_backend();
}

}  // namespace weft::tool
