#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_embedding_dense(std::span<const TensorType> operands, const Attributes& attributes) {
  require_operand_count(operands, 4);
  std::vector<TensorType> embedded = op::embedding.infer(operands.first(2), attributes);
  if (embedded[0].dtype == sum_dtype(operands[2].dtype)) embedded[0].dtype = operands[2].dtype;
  return op::dense.infer(std::vector<TensorType>{embedded[0], operands[2], operands[3]}, attributes);
}

std::vector<Value> decompose_embedding_dense(std::span<const Value> operands, const Attributes&) {
  return {dense(in_dtype(embedding(operands[0], operands[1]), operands[2].dtype()), operands[2], operands[3])};
}

// As if every row were projected; how many distinct ids there are is known at run time alone.
double flops_of_embedding_dense(std::span<const TensorType> operands, std::span<const TensorType> results,
                                const Attributes&) {
  return static_cast<double>(results[0].shape.volume()) * (2.0 * static_cast<double>(operands[2].shape[0]) + 1.0);
}

std::vector<Value> apply_embedding_dense(Graph& graph, const Tensor& ids) {
  return {embedding_dense(graph.input("table", DType::f32, {7, 5}), graph.constant(ids),
                          graph.input("kernel", DType::f32, {5, 19}), graph.input("bias", DType::f32, {19}))};
}
std::vector<Value> embedding_dense_case_one_id(Graph& graph) {
  return apply_embedding_dense(graph, Tensor::of<std::int32_t>({1}, {4}));
}
std::vector<Value> embedding_dense_case_repeated_ids(Graph& graph) {
  return apply_embedding_dense(graph, Tensor::of<std::int32_t>({6}, {6, 0, 6, 3, 0, 6}));
}
std::vector<Value> embedding_dense_case_equal_ids(Graph& graph) {
  return apply_embedding_dense(graph, Tensor::of<std::int32_t>({3}, {2, 2, 2}));
}
std::vector<Value> embedding_dense_case_sequences(Graph& graph) {
  return apply_embedding_dense(graph, Tensor::of<std::int32_t>({2, 3}, {1, 5, 1, 0, 2, 6}));
}

std::vector<Value> embedding_dense_case_bf16(Graph& graph) {
  return {embedding_dense(
      graph.input("table", DType::f32, {7, 5}), graph.constant(Tensor::of<std::int32_t>({6}, {6, 0, 6, 3, 0, 6})),
      cast(graph.input("kernel", DType::f32, {5, 19}), DType::bf16), graph.input("bias", DType::f32, {19}))};
}

}  // namespace

const Op op::embedding_dense = {
    .name = "embedding_dense",
    .family = "matrix",
    .summary =
        "dense(embedding(table, ids), kernel, bias): a row of the table is projected once, however many ids it has; "
        "with "
        "a kernel in bf16, it is rounded to that",
    .operands = {"table", "ids", "kernel", "bias"},
    .results = {"y"},
    .infer = infer_embedding_dense,
    .decompose = decompose_embedding_dense,
    .flops = flops_of_embedding_dense,
    .cases = {{.name = "one_id", .build = embedding_dense_case_one_id},
              {.name = "repeated_ids", .build = embedding_dense_case_repeated_ids},
              {.name = "equal_ids", .build = embedding_dense_case_equal_ids},
              {.name = "sequences", .build = embedding_dense_case_sequences},
              {.name = "bf16", .build = embedding_dense_case_bf16}},
};

Value embedding_dense(Value table, Value ids, Value kernel, Value bias) {
  return apply(op::embedding_dense, {table, ids, kernel, bias});
}

}  // namespace weft
