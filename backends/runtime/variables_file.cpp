#include "backends/runtime/variables_file.h"

#include "graph/base/error.h"
#include "graph/io/safetensors.h"

namespace weft {

void save_variables(const std::filesystem::path& path, const Variables& variables) {
  save_safetensors(path, variables.snapshot(), {});
}

void load_variables(const std::filesystem::path& path, Variables& variables) {
  const TensorMap tensors = load_safetensors(path).tensors;
  for (const auto& [name, tensor] : tensors) {
    require(variables.contains(name), "{}: there is no variable '{}' {}: it is of another model", path.string(), name,
            tensor.type());
    require(variables.get(name).type() == tensor.type(), "{}: '{}' is {}, the variable {}", path.string(), name,
            tensor.type(), variables.get(name).type());
  }
  for (const std::string& name : variables.names())
    require(tensors.contains(name), "{}: the variable '{}' {} is missing", path.string(), name,
            variables.get(name).type());
  for (const auto& [name, tensor] : tensors) variables.set(name, tensor);
}

}  // namespace weft
