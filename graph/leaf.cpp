#include "graph/leaf.h"

#include <algorithm>
#include <array>
#include <vector>

#include "graph/base/error.h"
#include "graph/base/joined.h"

namespace weft {
namespace {

struct InitializerFacts {
  std::string_view name;
  std::size_t arguments;
};

constexpr std::array<InitializerFacts, 8> initializers{{{"zeros", 0},
                                                        {"ones", 0},
                                                        {"constant", 1},
                                                        {"uniform", 2},
                                                        {"normal", 2},
                                                        {"glorot_uniform", 0},
                                                        {"orthogonal", 0},
                                                        {"unit_forget_bias", 0}}};

}  // namespace

bool is_leaf(const Op& op) { return &op == &leaf::input || &op == &leaf::constant || is_variable(op); }

const Tensor& constant_value(const Node& constant) {
  return *constant.attributes.get<std::shared_ptr<const Tensor>>("value");
}

bool is_variable(const Op& op) { return &op == &leaf::parameter || &op == &leaf::state; }

void require_valid_leaf(const Op& op, const Attributes& attributes, const TensorType& type) {
  if (&op == &leaf::constant) {
    const Tensor& tensor = *attributes.get<std::shared_ptr<const Tensor>>("value");
    require(tensor.type() == type, "the type is {}, but the tensor {}", type.to_string(), tensor.type().to_string());
  }
  if (&op == &leaf::parameter)
    require(is_float(type.dtype), "a {} cannot be trained; use a state", to_string(type.dtype));
  if (is_variable(op))
    require_valid_initializer(attributes.get<std::string>("initializer"),
                              attributes.get_or<std::vector<double>>("initializer_arguments", {}));
}

void require_valid_initializer(std::string_view name, std::span<const double> arguments) {
  const auto* facts = std::ranges::find(initializers, name, &InitializerFacts::name);
  if (facts == initializers.end()) {
    std::vector<std::string_view> names;
    for (const InitializerFacts& known : initializers) names.push_back(known.name);
    fail("unknown initializer '{}': one of {} is needed", name, joined(names, ", "));
  }
  require(arguments.size() == facts->arguments, "the initializer '{}' takes {} numbers, {} are given", name,
          facts->arguments, arguments.size());
}

}  // namespace weft
