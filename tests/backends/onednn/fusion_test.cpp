// Fused kernels: the same bits as the nodes by themselves, over shapes that hit the ends of rows, tiles and vectors.

#include <doctest/doctest.h>

#include "backends/runtime/program.h"
#include "passes/autodiff/autodiff.h"
#include "tests/backends/onednn/test.h"

namespace weft {
namespace {

std::size_t fusions_in(const Graph& graph) {
  std::size_t count = 0;
  for (const NodeId id : graph.nodes()) count += graph.node(id).op->name == "fusion" ? 1 : 0;
  return count;
}

/// Whether the graph gets at least one fusion, and gives the same bits with and without, on one thread and on two.
void check_bits(const Graph& graph) {
  const TensorMap inputs = test::draw_all(graph, 2);
  const Program fused = compile(graph, onednn_backend(), {.check_memory_plan = true});
  CHECK(fusions_in(fused.graph()) > 0);
  const TensorMap expected =
      Execution(compile(graph, onednn_backend(), {.disabled_passes = {"fuse-elementwise"}})).run(inputs);
  for (const int count : {1, 2}) {
    const test::Threads threads(count);
    for (const auto& entry : Execution(fused).run(inputs)) {
      CAPTURE(entry.first);
      CHECK(entry.second == expected.at(entry.first));
    }
  }
}

using Build = Value(Graph& graph, std::int64_t rows, std::int64_t columns);

Value f32_input(Graph& graph, std::string_view name, const Shape& shape) {
  return graph.input(name, DType::f32, shape);
}

Value of_one_shape(Graph& graph, std::int64_t rows, std::int64_t columns) {
  const Value x = f32_input(graph, "x", {rows, columns});
  return x * sigmoid(x * 1.7) + tanh(f32_input(graph, "y", {rows, columns}));
}
Value with_rows_and_columns(Graph& graph, std::int64_t rows, std::int64_t columns) {
  const Value x = f32_input(graph, "x", {rows, columns});
  return exp(x - f32_input(graph, "row", {rows, 1})) * f32_input(graph, "column", {columns}) + 0.5;
}
Value with_masks(Graph& graph, std::int64_t rows, std::int64_t columns) {
  const Value x = f32_input(graph, "x", {rows, columns});
  const Value ids = graph.input("ids", DType::i32, {rows, columns});
  const Value limit = graph.input("limit", DType::i32, {columns});
  return select(less(ids, limit), maximum(x, graph.constant(0.0)), cast(ids + limit, DType::f32));
}
Value layer_norm_of(Graph& graph, std::int64_t rows, std::int64_t columns) {
  return tanh(layer_norm(f32_input(graph, "x", {rows, columns}), f32_input(graph, "gain", {columns}),
                         f32_input(graph, "bias", {columns})));
}
Value of_maxima(Graph& graph, std::int64_t rows, std::int64_t columns) {
  const Value x = f32_input(graph, "x", {rows, columns});
  return exp(reduce_max(abs(x), {1}) * 0.5);
}
Value softmax_of(Graph& graph, std::int64_t rows, std::int64_t columns) {
  const Value x = f32_input(graph, "x", {rows, columns});
  const Value keep = greater(f32_input(graph, "keep", {rows, columns}), graph.constant(0.0));
  return log_softmax(select(keep, x * 0.3, graph.constant(-1e9))) * softmax(x * 2.0);
}
Value spread_over_the_middle(Graph& graph, std::int64_t rows, std::int64_t columns) {
  const Value x = f32_input(graph, "x", {2, rows, 3, columns});
  return tanh(x + f32_input(graph, "b", {rows, 1, columns})) * f32_input(graph, "c", {2, 1, 3, 1});
}
Value normalised_over_two_axes(Graph& graph, std::int64_t rows, std::int64_t columns) {
  const Value x = f32_input(graph, "x", {rows, 3, columns});
  return x * rsqrt(reduce_sum(square(x), {1, 2}, true) + 1.0);
}

}  // namespace

TEST_CASE("fused kernels give the bits of single ones") {
  for (Build* build : {of_one_shape, with_rows_and_columns, with_masks, layer_norm_of, of_maxima, softmax_of,
                       spread_over_the_middle, normalised_over_two_axes})
    for (const std::int64_t rows : {1, 2, 33, 130})
      for (const std::int64_t columns : {2, 15, 16, 65, 1025}) {
        CAPTURE(rows);
        CAPTURE(columns);
        Graph graph;
        graph.output("y", build(graph, rows, columns));
        check_bits(graph);
      }
}

TEST_CASE("values within a fusion may be outputs, of the graph and of several names") {
  Graph graph;
  const Value x = f32_input(graph, "x", {33, 65});
  const Value scaled = x * 3.0;
  const Value sums = reduce_sum(scaled, {1}, true);
  const Value y = tanh(scaled - sums);
  graph.output("scaled", scaled);
  graph.output("sums", sums);
  graph.output("y", y);
  graph.output("again", y);
  check_bits(graph);
  CHECK(compile(graph, onednn_backend()).report().kernels == 1);
}

TEST_CASE("a training step has the same gradients fused") {
  Graph graph;
  const Value x = f32_input(graph, "x", {40, 24});
  const Value w = graph.parameter("w", {24, 31}, Initializer::uniform(-0.1, 0.1));
  const Value gain = graph.parameter("gain", {31}, Initializer::ones());
  const Value bias = graph.parameter("bias", {31}, Initializer::zeros());
  const Value h = gelu(layer_norm(matmul(x, w), gain, bias));
  const Value loss = reduce_mean(square(h) + softmax(h));
  graph.output("loss", loss);
  const std::vector<Value> grads = gradients(loss, {w, gain, bias});
  for (std::size_t i = 0; i < grads.size(); ++i) graph.output("gradient" + std::to_string(i), grads[i]);
  check_bits(graph);
}

TEST_CASE("a body of a file that no kernel could run is refused") {
  const auto refused = [](const std::function<void(Graph&)>& build) {
    Graph body("body");
    build(body);
    Graph graph;
    const Value x = f32_input(graph, "x", {3, 5});
    try {
      fusion(std::move(body), {x});
    } catch (const Error& error) {
      const std::string message = error.what();
      return message.substr(0, message.find('\n'));
    }
    return std::string("no error");
  };
  CHECK(refused([](Graph& body) {
          body.output("y", transpose(f32_input(body, "a", {3, 5}), {1, 0}));
        }) ==
        "fusion 'fusion': the body cannot hold transpose 'transpose': it is neither pointwise nor a reduction along "
        "rows");
  CHECK(refused([](Graph& body) {
          body.output("y", exp(f32_input(body, "a", {5, 3})));
        }) == "fusion 'fusion': operand 0 is f32[3,5], the body's input 'a' is f32[5,3]");
  CHECK(refused([](Graph& body) {
          body.output("y", f32_input(body, "a", {3, 5}));
        }) == "fusion 'fusion': the body's output 'y' is not computed: it is the input 'a'");
  CHECK(refused([](Graph& body) { exp(f32_input(body, "a", {3, 5})); }) == "fusion 'fusion': the body has no outputs");
  CHECK(refused([](Graph& body) {
          body.output("y", reduce_sum(f32_input(body, "a", {3, 5}), {0}));
        }) ==
        "fusion 'fusion': the body cannot hold reduce_sum 'reduce_sum': its result [5] has neither an element "
        "for each one of [3,5] nor for each row");
}

}  // namespace weft
