#pragma once

#include <span>
#include <vector>

#include "graph/graph.h"
#include "graph/tensor.h"

namespace weft::test {

/// The results of an op without kernels, in float64: written out as loops from its formula, apart from what it
/// decomposes into. `results`: their types. Throws InternalError when there is no formula here.
std::vector<Tensor> composite_formula(const Node& node, std::span<const Tensor> operands,
                                      std::span<const TensorType> results);

}  // namespace weft::test
