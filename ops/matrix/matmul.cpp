#include "ops/forms.h"
#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

/// Rows and columns of a matrix (or of each matrix of a batch) as it enters the product.
struct MatmulExtents {
  std::int64_t rows;
  std::int64_t columns;
};

MatmulExtents extents_of(const Shape& shape, bool transpose) {
  const MatmulExtents stored{shape[-2], shape[-1]};
  return transpose ? MatmulExtents{stored.columns, stored.rows} : stored;
}

Shape broadcast_batches(const TensorType& a, const TensorType& b) {
  const Shape of_a = batch_shape(a.shape);
  const Shape of_b = batch_shape(b.shape);
  for (std::size_t back = 1; back <= std::min(of_a.rank(), of_b.rank()); ++back) {
    const std::int64_t left = of_a.extents()[of_a.rank() - back];
    const std::int64_t right = of_b.extents()[of_b.rank() - back];
    require(left == right || left == 1 || right == 1, "the batches of lhs {} and rhs {} do not broadcast: {} and {}", a,
            b, of_a, of_b);
  }
  return broadcast_shapes(of_a, of_b);
}

std::vector<TensorType> infer_matmul(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 2);
  const TensorType& a = operands[0];
  const TensorType& b = operands[1];
  require_factors(a, b);
  require_float(a, "a");
  require(a.shape.rank() >= 2 && b.shape.rank() >= 2,
          "two matrices, or batches of matrices, are needed: lhs {}, rhs {}", a, b);
  const MatmulExtents lhs = extents_of(a.shape, attributes.get<bool>("transpose_a"));
  const MatmulExtents rhs = extents_of(b.shape, attributes.get<bool>("transpose_b"));
  require(lhs.columns == rhs.rows, "inner dimensions differ: lhs {}{}, rhs {}{}", a,
          attributes.get<bool>("transpose_a") ? " transposed" : "", b,
          attributes.get<bool>("transpose_b") ? " transposed" : "");
  const Shape batch = broadcast_batches(a, b);
  return {{sum_dtype(a.dtype), batch.inserted(batch.rank(), lhs.rows).inserted(batch.rank() + 1, rhs.columns)}};
}

// With A and B as they enter the product, dA = dY B^T and dB = A^T dY; an operand that enters transposed gets the
// transposed gradient: (dY B^T)^T = B dY^T, (A^T dY)^T = dY^T A. What was broadcast is summed. In bf16, dY is rounded as
// the other factors are; a B in f32 is as a left factor, too.
std::vector<Value> gradient_of_matmul(const GradientContext& context) {
  const bool transpose_a = context.attributes().get<bool>("transpose_a");
  const bool transpose_b = context.attributes().get<bool>("transpose_b");
  const Value a = context.operand(0);
  const Value b = context.operand(1);
  const Value dy = in_dtype(context.cotangent(0), a.dtype());
  const auto gradient = [](Value product, Value of) { return in_dtype(sum_to(product, of.shape()), of.dtype()); };
  Value da;
  if (context.needs(0))
    da = gradient(
        transpose_a ? matmul(in_dtype(b, a.dtype()), dy, transpose_b, true) : matmul(dy, b, false, !transpose_b), a);
  Value db;
  if (context.needs(1))
    db = gradient(transpose_b ? matmul(dy, a, true, transpose_a) : matmul(a, dy, !transpose_a, false), b);
  return {da, db};
}

double flops_of_matmul(std::span<const TensorType> operands, std::span<const TensorType> results,
                       const Attributes& attributes) {
  const MatmulExtents lhs = extents_of(operands[0].shape, attributes.get<bool>("transpose_a"));
  return 2.0 * static_cast<double>(results[0].shape.volume()) * static_cast<double>(lhs.columns);
}

std::vector<Value> product(Graph& graph, const Shape& a, const Shape& b, bool transpose_a, bool transpose_b) {
  return {matmul(graph.input("a", DType::f32, a), graph.input("b", DType::f32, b), transpose_a, transpose_b)};
}
std::vector<Value> matmul_case_plain(Graph& graph) { return product(graph, {3, 5}, {5, 7}, false, false); }
std::vector<Value> matmul_case_transpose_a(Graph& graph) { return product(graph, {5, 3}, {5, 7}, true, false); }
std::vector<Value> matmul_case_transpose_b(Graph& graph) { return product(graph, {3, 5}, {7, 5}, false, true); }
std::vector<Value> matmul_case_transpose_both(Graph& graph) { return product(graph, {5, 3}, {7, 5}, true, true); }
std::vector<Value> matmul_case_row_by_matrix(Graph& graph) { return product(graph, {1, 5}, {5, 17}, false, false); }
std::vector<Value> matmul_case_batch(Graph& graph) { return product(graph, {2, 3, 5}, {2, 5, 7}, false, false); }
std::vector<Value> matmul_case_batch_transpose_a(Graph& graph) {
  return product(graph, {2, 5, 3}, {2, 5, 7}, true, false);
}
std::vector<Value> matmul_case_batch_transpose_b(Graph& graph) {
  return product(graph, {2, 3, 5}, {2, 7, 5}, false, true);
}
std::vector<Value> matmul_case_batch_transpose_both(Graph& graph) {
  return product(graph, {2, 5, 3}, {2, 7, 5}, true, true);
}
std::vector<Value> matmul_case_batch_axes(Graph& graph) {
  return product(graph, {2, 3, 4, 5}, {2, 3, 6, 5}, false, true);
}
std::vector<Value> matmul_case_broadcast(Graph& graph) { return product(graph, {2, 1, 4, 5}, {3, 5, 6}, false, false); }
std::vector<Value> matmul_case_broadcast_left(Graph& graph) { return product(graph, {5, 4}, {3, 5, 6}, true, false); }
std::vector<Value> matmul_case_broadcast_right(Graph& graph) {
  return product(graph, {2, 3, 4, 5}, {1, 1, 6, 5}, false, true);
}
std::vector<Value> matmul_case_broadcast_both(Graph& graph) {
  return product(graph, {2, 1, 5, 4}, {1, 3, 6, 5}, true, true);
}
std::vector<Value> matmul_case_matrix_for_all(Graph& graph) {
  return product(graph, {2, 3, 4, 5}, {5, 6}, false, false);
}
std::vector<Value> product_in_bf16(Graph& graph, const Shape& a, const Shape& b, bool transpose_a, bool transpose_b) {
  return {matmul(cast(graph.input("a", DType::f32, a), DType::bf16), cast(graph.input("b", DType::f32, b), DType::bf16),
                 transpose_a, transpose_b)};
}
std::vector<Value> matmul_case_bf16(Graph& graph) { return product_in_bf16(graph, {3, 5}, {5, 7}, false, false); }
std::vector<Value> matmul_case_bf16_transposed(Graph& graph) {
  return product_in_bf16(graph, {5, 3}, {7, 5}, true, true);
}
std::vector<Value> matmul_case_bf16_broadcast(Graph& graph) {
  return product_in_bf16(graph, {2, 1, 4, 5}, {3, 5, 6}, false, false);
}
std::vector<Value> matmul_case_rounded(Graph& graph) {
  return {matmul(cast(graph.input("a", DType::f32, {3, 5}), DType::bf16), graph.input("b", DType::f32, {5, 67}))};
}
std::vector<Value> matmul_case_rounded_transposed(Graph& graph) {
  return {matmul(cast(graph.input("a", DType::f32, {6, 3}), DType::bf16), graph.input("b", DType::f32, {7, 6}), true,
                 true)};
}
std::vector<Value> matmul_case_rounded_for_all(Graph& graph) {
  return {apply(op::matmul,
                {cast(graph.input("a", DType::f32, {2, 3, 5}), DType::bf16), graph.input("b", DType::f32, {5, 7})},
                {{"transpose_a", false}, {"transpose_b", false}})};
}

}  // namespace

const Op op::matmul = {
    .name = "matmul",
    .family = "matrix",
    .summary =
        "y = a b, each transposed first if asked for; axes before the last two are batches, and broadcast; products of "
        "two bf16 are added in f32, which y is; for an a in bf16, a matrix b in f32 is rounded",
    .operands = {"a", "b"},
    .results = {"y"},
    .attributes = {"transpose_a: whether the last two axes of a are swapped first",
                   "transpose_b: whether the last two axes of b are swapped first"},
    .infer = infer_matmul,
    .gradient = gradient_of_matmul,
    .flops = flops_of_matmul,
    .cases = {{.name = "plain", .build = matmul_case_plain},
              {.name = "transpose_a", .build = matmul_case_transpose_a},
              {.name = "transpose_b", .build = matmul_case_transpose_b},
              {.name = "transpose_both", .build = matmul_case_transpose_both},
              {.name = "row_by_matrix", .build = matmul_case_row_by_matrix},
              {.name = "batch", .build = matmul_case_batch},
              {.name = "batch_transpose_a", .build = matmul_case_batch_transpose_a},
              {.name = "batch_transpose_b", .build = matmul_case_batch_transpose_b},
              {.name = "batch_transpose_both", .build = matmul_case_batch_transpose_both},
              {.name = "batch_axes", .build = matmul_case_batch_axes},
              {.name = "broadcast", .build = matmul_case_broadcast},
              {.name = "broadcast_left", .build = matmul_case_broadcast_left},
              {.name = "broadcast_right", .build = matmul_case_broadcast_right},
              {.name = "broadcast_both", .build = matmul_case_broadcast_both},
              {.name = "matrix_for_all", .build = matmul_case_matrix_for_all},
              {.name = "bf16", .build = matmul_case_bf16},
              {.name = "bf16_transposed", .build = matmul_case_bf16_transposed},
              {.name = "bf16_broadcast", .build = matmul_case_bf16_broadcast},
              {.name = "rounded", .build = matmul_case_rounded},
              {.name = "rounded_transposed", .build = matmul_case_rounded_transposed},
              {.name = "rounded_for_all", .build = matmul_case_rounded_for_all}},
};

Value matmul(Value a, Value b, bool transpose_a, bool transpose_b) {
  if (a && b) {
    const std::size_t rank_of_a = a.shape().rank();
    const std::size_t rank_of_b = b.shape().rank();
    if (rank_of_a == 1 && !transpose_a) {
      const Value y = matmul(expand_dims(a, 0), b, false, transpose_b);
      return squeeze(y, {rank_of_b == 1 ? -1 : -2});
    }
    if (rank_of_b == 1 && !transpose_b) return squeeze(matmul(a, expand_dims(b, 1), transpose_a, false), {-1});
    // Rows of all batches by one matrix are one product. What does not fit is left to inference.
    if (rank_of_a > 2 && rank_of_b == 2 && !transpose_a && are_factors(a.type(), b.type()) &&
        a.shape()[-1] == b.shape()[transpose_b ? 1 : 0]) {
      const Value y = matmul(reshape(a, {-1, a.shape()[-1]}), b, false, transpose_b);
      return reshape(y, a.shape().with(rank_of_a - 1, y.shape()[1]));
    }
  }
  return apply(op::matmul, {a, b}, {{"transpose_a", transpose_a}, {"transpose_b", transpose_b}});
}

}  // namespace weft
