#include "ops/helpers.h"
#include "ops/ops.h"

namespace weft {

Value iota(Graph& graph, std::int64_t count, DType dtype) {
  Tensor numbers(TensorType{dtype, Shape{count}});
  for (std::int64_t i = 0; i < count; ++i) numbers.set_number(i, static_cast<double>(i));
  return graph.constant(std::move(numbers));
}

Value one_hot(Value ids, std::int64_t classes, DType dtype) {
  require_dtype("one_hot", ids, DType::i32);
  const Value is_class = equal(expand_dims(ids, -1), iota(ids.graph(), classes));
  return dtype == DType::boolean ? is_class : cast(is_class, dtype);
}

}  // namespace weft
