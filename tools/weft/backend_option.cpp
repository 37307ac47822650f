#include "tools/weft/backend_option.h"

#include "backends/onednn/onednn_backend.h"
#include "backends/onednn/products/kernel_selection.h"
#include "backends/reference/reference_backend.h"

namespace weft::tool {

Option add_backend_option(const Command& command, std::string& name) {
  return command.option("--backend", name, "onednn: fast, f32. reference: naive loops, f32 and f64")
      .one_of({"onednn", "reference"})
      .show_default();
}

Option add_kernels_option(const Command& command, std::string& path) {
  return command
      .option("--kernels", path,
              "Run products by the kernels in this table, the kernels.json of `weft-nmt train --kernels measure`")
      .value("FILE");
}

const Backend& backend_named(const std::string& name) {
  return name == "reference" ? reference_backend() : onednn_backend();
}

std::shared_ptr<const Backend> backend_with(const std::string& name, const std::string& kernels) {
  if (kernels.empty()) return {std::shared_ptr<const Backend>(), &backend_named(name)};
  if (name != "onednn") throw UsageError("--kernels are those of --backend onednn");
  return onednn_backend(
      {.kernels = std::make_shared<const onednn::KernelSelection>(onednn::KernelSelection::load(kernels))});
}

}  // namespace weft::tool
