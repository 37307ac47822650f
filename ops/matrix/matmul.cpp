#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

/// Rows and columns of a matrix (or of each matrix of a batch) as it enters the product.
struct Extents {
  std::int64_t rows;
  std::int64_t columns;
};

Extents extents_of(const Shape& shape, bool transpose) {
  const Extents stored{shape[-2], shape[-1]};
  return transpose ? Extents{stored.columns, stored.rows} : stored;
}

std::vector<TensorType> infer(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 2);
  const TensorType& a = operands[0];
  const TensorType& b = operands[1];
  require_same_dtype(a, b);
  require_float(a, "a");
  require((a.shape.rank() == 2 || a.shape.rank() == 3) && a.shape.rank() == b.shape.rank(),
          "two matrices, or two batches of matrices, are needed: lhs {}, rhs {}", a, b);
  const Extents lhs = extents_of(a.shape, attributes.get<bool>("transpose_a"));
  const Extents rhs = extents_of(b.shape, attributes.get<bool>("transpose_b"));
  require(lhs.columns == rhs.rows, "inner dimensions differ: lhs {}{}, rhs {}{}", a,
          attributes.get<bool>("transpose_a") ? " transposed" : "", b,
          attributes.get<bool>("transpose_b") ? " transposed" : "");
  if (a.shape.rank() == 2) return {{a.dtype, Shape{lhs.rows, rhs.columns}}};
  require(a.shape[0] == b.shape[0], "batch extents differ: lhs {}, rhs {}", a, b);
  return {{a.dtype, Shape{a.shape[0], lhs.rows, rhs.columns}}};
}

// With A and B as they enter the product, dA = dY B^T and dB = A^T dY; an operand that enters transposed gets the
// transposed gradient: (dY B^T)^T = B dY^T, (A^T dY)^T = dY^T A.
std::vector<Value> gradient(const GradientContext& context) {
  const bool transpose_a = context.attributes().get<bool>("transpose_a");
  const bool transpose_b = context.attributes().get<bool>("transpose_b");
  const Value a = context.operand(0);
  const Value b = context.operand(1);
  const Value dy = context.cotangent(0);
  Value da;
  if (context.needs(0)) da = transpose_a ? matmul(b, dy, transpose_b, true) : matmul(dy, b, false, !transpose_b);
  Value db;
  if (context.needs(1)) db = transpose_b ? matmul(dy, a, true, transpose_a) : matmul(a, dy, !transpose_a, false);
  return {da, db};
}

double flops(std::span<const TensorType> operands, std::span<const TensorType> results, const Attributes& attributes) {
  const Extents lhs = extents_of(operands[0].shape, attributes.get<bool>("transpose_a"));
  return 2.0 * static_cast<double>(results[0].shape.volume()) * static_cast<double>(lhs.columns);
}

std::vector<Value> product(Graph& graph, const Shape& a, const Shape& b, bool transpose_a, bool transpose_b) {
  return {matmul(graph.input("a", DType::f32, a), graph.input("b", DType::f32, b), transpose_a, transpose_b)};
}
std::vector<Value> case_plain(Graph& graph) { return product(graph, {3, 5}, {5, 7}, false, false); }
std::vector<Value> case_transpose_a(Graph& graph) { return product(graph, {5, 3}, {5, 7}, true, false); }
std::vector<Value> case_transpose_b(Graph& graph) { return product(graph, {3, 5}, {7, 5}, false, true); }
std::vector<Value> case_transpose_both(Graph& graph) { return product(graph, {5, 3}, {7, 5}, true, true); }
std::vector<Value> case_row_by_matrix(Graph& graph) { return product(graph, {1, 5}, {5, 17}, false, false); }
std::vector<Value> case_batch(Graph& graph) { return product(graph, {2, 3, 5}, {2, 5, 7}, false, false); }
std::vector<Value> case_batch_transpose_a(Graph& graph) { return product(graph, {2, 5, 3}, {2, 5, 7}, true, false); }
std::vector<Value> case_batch_transpose_b(Graph& graph) { return product(graph, {2, 3, 5}, {2, 7, 5}, false, true); }
std::vector<Value> case_batch_transpose_both(Graph& graph) { return product(graph, {2, 5, 3}, {2, 7, 5}, true, true); }

}  // namespace

const Op op::matmul = {
    .name = "matmul",
    .family = "matrix",
    .summary = "y = a b, each transposed first if asked for; of rank 3, batch by batch",
    .operands = {"a", "b"},
    .results = {"y"},
    .attributes = {"transpose_a: whether the last two axes of a are swapped first",
                   "transpose_b: whether the last two axes of b are swapped first"},
    .infer = infer,
    .gradient = gradient,
    .flops = flops,
    .cases = {{.name = "plain", .build = case_plain},
              {.name = "transpose_a", .build = case_transpose_a},
              {.name = "transpose_b", .build = case_transpose_b},
              {.name = "transpose_both", .build = case_transpose_both},
              {.name = "row_by_matrix", .build = case_row_by_matrix},
              {.name = "batch", .build = case_batch},
              {.name = "batch_transpose_a", .build = case_batch_transpose_a},
              {.name = "batch_transpose_b", .build = case_batch_transpose_b},
              {.name = "batch_transpose_both", .build = case_batch_transpose_both}},
};

Value matmul(Value a, Value b, bool transpose_a, bool transpose_b) {
  return apply(op::matmul, {a, b}, {{"transpose_a", transpose_a}, {"transpose_b", transpose_b}});
}

}  // namespace weft
