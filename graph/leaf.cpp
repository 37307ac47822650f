#include "graph/leaf.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <ranges>

#include "graph/error.h"

namespace weft {
namespace {

struct InitializerFacts {
  std::string_view name;
  std::size_t arguments;
};

constexpr std::array<InitializerFacts, 7> initializers{{{"zeros", 0},
                                                        {"ones", 0},
                                                        {"constant", 1},
                                                        {"uniform", 2},
                                                        {"normal", 2},
                                                        {"glorot_uniform", 0},
                                                        {"orthogonal", 0}}};

}  // namespace

bool is_leaf(const Op& op) {
  return &op == &leaf::input || &op == &leaf::parameter || &op == &leaf::state || &op == &leaf::constant;
}

void require_valid_leaf(const Op& op, const Attributes& attributes, const TensorType& type) {
  if (&op == &leaf::constant) {
    const Tensor& tensor = *attributes.get<std::shared_ptr<const Tensor>>("value");
    require(tensor.type() == type, "the type is {}, but the tensor {}", type.to_string(), tensor.type().to_string());
  }
  if (&op == &leaf::parameter)
    require(is_float(type.dtype), "a {} cannot be trained; use a state", to_string(type.dtype));
  if (&op == &leaf::parameter || &op == &leaf::state)
    require_valid_initializer(attributes.get<std::string>("initializer"),
                              attributes.get_or<std::vector<double>>("initializer_arguments", {}));
}

void require_valid_initializer(std::string_view name, std::span<const double> arguments) {
  const auto* facts = std::ranges::find(initializers, name, &InitializerFacts::name);
  require(facts != initializers.end(), "unknown initializer '{}': one of {} is needed", name,
          fmt::join(initializers | std::views::transform(&InitializerFacts::name), ", "));
  require(arguments.size() == facts->arguments, "the initializer '{}' takes {} numbers, {} are given", name,
          facts->arguments, arguments.size());
}

}  // namespace weft
