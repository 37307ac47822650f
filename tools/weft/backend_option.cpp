#include "tools/weft/backend_option.h"

namespace weft::tool {

Option add_backend_option(const Command& command, std::string& name) {
  return command.option("--backend", name, "onednn: fast, f32. reference: naive loops, f32 and f64")
      .one_of({"onednn", "reference"})
      .show_default();
}

const Backend& backend_named(const std::string& name) {
  return name == "reference" ? reference_backend() : onednn_backend();
}

}  // namespace weft::tool
