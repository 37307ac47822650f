#include "ops/helpers.h"
#include "ops/op_list.h"
#include "ops/ops.h"

namespace weft {
namespace {

std::vector<TensorType> infer_embedding(std::span<const TensorType> operands, const Attributes&) {
  require_operand_count(operands, 2);
  const TensorType& table = operands[0];
  const TensorType& ids = operands[1];
  require_float(table, "table");
  require(table.shape.rank() == 2, "the table is {}: [vocabulary, units] is needed", table);
  require(ids.dtype == DType::i32, "the ids are {}: i32 is needed", ids);
  return {{table.dtype, ids.shape.inserted(ids.shape.rank(), table.shape[1])}};
}

std::vector<Value> gradient_of_embedding(const GradientContext& context) {
  const std::int64_t vocabulary = context.operand(0).shape()[0];
  return {embedding_gradient(context.cotangent(0), context.operand(1), vocabulary), Value()};
}

/// The ids, and the rows that they name, read and written.
double bytes_of_embedding(std::span<const TensorType> operands, std::span<const TensorType> results,
                          const Attributes&) {
  return static_cast<double>(operands[1].bytes()) + 2.0 * static_cast<double>(results[0].bytes());
}

Value table(Graph& graph) { return graph.input("table", DType::f32, {7, 5}); }
std::vector<Value> embedding_case_one_id(Graph& graph) {
  return {embedding(table(graph), graph.constant(4.0, DType::i32))};
}
std::vector<Value> embedding_case_repeated_ids(Graph& graph) {
  return {embedding(table(graph), graph.constant(Tensor::of<std::int32_t>({4}, {6, 0, 6, 3})))};
}
std::vector<Value> embedding_case_sequences(Graph& graph) {
  return {embedding(table(graph), graph.constant(Tensor::of<std::int32_t>({2, 3}, {1, 5, 1, 0, 2, 6})))};
}

}  // namespace

const Op op::embedding = {
    .name = "embedding",
    .family = "matrix",
    .summary = "row i of y is row ids[i] of the table; an id outside the table is an error of the run",
    .operands = {"table", "ids"},
    .results = {"y"},
    .infer = infer_embedding,
    .gradient = gradient_of_embedding,
    .flops = no_flops,
    .bytes = bytes_of_embedding,
    .cases = {{.name = "one_id", .build = embedding_case_one_id},
              {.name = "repeated_ids", .build = embedding_case_repeated_ids},
              {.name = "sequences", .build = embedding_case_sequences}},
};

Value embedding(Value table, Value ids) { return apply(op::embedding, {table, ids}); }

}  // namespace weft
