#include "ops/forms.h"

namespace weft {

MatmulForm matmul_form(const Node& node) {
  return {node.attributes.get<bool>("transpose_a"), node.attributes.get<bool>("transpose_b")};
}

Shape batch_shape(const Shape& matrices) { return Shape(matrices.extents().first(matrices.rank() - 2)); }

SliceForm slice_form(const Node& node) {
  return {axis_of(node), node.attributes.get<std::int64_t>("begin"), node.attributes.get<std::int64_t>("end"),
          node.attributes.get_or("step", std::int64_t{1})};
}

PadForm pad_form(const Node& node) {
  return {axis_of(node), node.attributes.get<std::int64_t>("before"), node.attributes.get<std::int64_t>("after")};
}

ReductionForm reduction_form(const Node& node) {
  return {node.attributes.get<std::vector<std::int64_t>>("axes"), node.attributes.get<bool>("keep_dims")};
}

DType dtype_of_cast(const Node& node) { return parse_dtype(node.attributes.get<std::string>("dtype")); }

CumsumForm cumsum_form(const Node& node) { return {axis_of(node), node.attributes.get<bool>("reverse")}; }

GatherForm gather_form(const Node& node) { return {axis_of(node), node.attributes.get<std::int64_t>("batch_axes")}; }

std::int64_t axis_of(const Node& node) { return node.attributes.get<std::int64_t>("axis"); }

const std::vector<std::int64_t>& permutation_of(const Node& node) {
  return node.attributes.get<std::vector<std::int64_t>>("permutation");
}

std::vector<std::int64_t> inverse_permutation(const std::vector<std::int64_t>& permutation) {
  std::vector<std::int64_t> inverse(permutation.size());
  for (std::size_t i = 0; i < permutation.size(); ++i)
    inverse[static_cast<std::size_t>(permutation[i])] = static_cast<std::int64_t>(i);
  return inverse;
}

}  // namespace weft
