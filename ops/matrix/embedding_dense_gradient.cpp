#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_embedding_dense_gradient(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 4);
  const TensorType& table = operands[0];
  const TensorType& ids = operands[1];
  const TensorType& kernel = operands[2];
  const TensorType& cotangent = operands[3];
  require_float(table, "table");
  require(table.dtype == kernel.dtype || table.dtype == sum_dtype(kernel.dtype),
          "element types differ: table {}, kernel {}", table, kernel);
  require_same_dtype(table, cotangent);
  require(ids.dtype == DType::i32, "the ids are {}: i32 is needed", ids);
  require(table.shape.rank() == 2 && kernel.shape.rank() == 2 && table.shape[1] == kernel.shape[0],
          "table [vocabulary, in] and kernel [in, out] are needed: table {}, kernel {}", table, kernel);
  require(cotangent.shape == ids.shape.inserted(ids.shape.rank(), kernel.shape[1]),
          "the cotangent needs one row an id, of one element a column of the kernel: cotangent {}, ids {}, kernel {}",
          cotangent, ids, kernel);
  return {table, {table.dtype, kernel.shape}};
}

std::vector<Value> decompose_embedding_dense_gradient(std::span<const Value> operands, const Attributes&) {
  const Value table = operands[0];
  const Value kernel = operands[2];
  const std::int64_t rows = operands[1].shape().volume();
  const Value ids = reshape(operands[1], {rows});
  const Value cotangent = in_dtype(reshape(operands[3], {rows, kernel.shape()[1]}), kernel.dtype());
  const Value d_table = embedding_gradient(matmul(cotangent, kernel, false, true), ids, table.shape()[0]);
  return {d_table, matmul(in_dtype(embedding(table, ids), kernel.dtype()), cotangent, true, false)};
}

// Two products, as if every row were a distinct id; how many there are is known at run time alone.
double flops_of_embedding_dense_gradient(std::span<const TensorType> operands, std::span<const TensorType>,
                                         const Attributes&) {
  return 4.0 * static_cast<double>(operands[3].shape.volume()) * static_cast<double>(operands[2].shape[0]);
}

std::vector<Value> apply_embedding_dense_gradient(Graph& graph, const Tensor& ids) {
  const Shape cotangent = ids.shape().inserted(ids.shape().rank(), 19);
  const EmbeddingDenseGradient gradient = embedding_dense_gradient(
      graph.input("table", DType::f32, {7, 5}), graph.constant(ids), graph.input("kernel", DType::f32, {5, 19}),
      graph.input("cotangent", DType::f32, cotangent));
  return {gradient.table, gradient.kernel};
}
std::vector<Value> embedding_dense_gradient_case_one_id(Graph& graph) {
  return apply_embedding_dense_gradient(graph, Tensor::of<std::int32_t>({1}, {4}));
}
std::vector<Value> embedding_dense_gradient_case_repeated_ids(Graph& graph) {
  return apply_embedding_dense_gradient(graph, Tensor::of<std::int32_t>({6}, {6, 0, 6, 3, 0, 6}));
}
std::vector<Value> embedding_dense_gradient_case_sequences(Graph& graph) {
  return apply_embedding_dense_gradient(graph, Tensor::of<std::int32_t>({2, 3}, {1, 5, 1, 0, 2, 6}));
}

std::vector<Value> embedding_dense_gradient_case_bf16(Graph& graph) {
  const EmbeddingDenseGradient gradient = embedding_dense_gradient(
      graph.input("table", DType::f32, {7, 5}), graph.constant(Tensor::of<std::int32_t>({2, 3}, {1, 5, 1, 0, 2, 6})),
      cast(graph.input("kernel", DType::f32, {5, 19}), DType::bf16), graph.input("cotangent", DType::f32, {2, 3, 19}));
  return {gradient.table, gradient.kernel};
}

}  // namespace

const Op op::embedding_dense_gradient = {
    .name = "embedding_dense_gradient",
    .family = "matrix",
    .summary =
        "the gradients of embedding_dense with respect to table and kernel; rows of the cotangent with one id are "
        "summed before they are multiplied; with a kernel in bf16, these sums and the rows of the table are rounded to "
        "that",
    .operands = {"table", "ids", "kernel", "cotangent"},
    .results = {"d_table", "d_kernel"},
    .infer = infer_embedding_dense_gradient,
    .decompose = decompose_embedding_dense_gradient,
    .flops = flops_of_embedding_dense_gradient,
    .cases = {{.name = "one_id", .build = embedding_dense_gradient_case_one_id},
              {.name = "repeated_ids", .build = embedding_dense_gradient_case_repeated_ids},
              {.name = "sequences", .build = embedding_dense_gradient_case_sequences},
              {.name = "bf16", .build = embedding_dense_gradient_case_bf16}},
};

EmbeddingDenseGradient embedding_dense_gradient(Value table, Value ids, Value kernel, Value cotangent) {
  const std::vector<Value> results =
      apply_all(op::embedding_dense_gradient, std::vector<Value>{table, ids, kernel, cotangent});
  return {results[0], results[1]};
}

}  // namespace weft
