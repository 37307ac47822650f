// The same bits whatever the number of threads, and for a row whatever rows are beside it.

#include <doctest/doctest.h>

#include "backends/onednn/onednn_backend.h"
#include "passes/autodiff/autodiff.h"
#include "tests/backends/onednn/test.h"

namespace weft {
namespace {

const Initializer uniform = Initializer::uniform(-0.1, 0.1);

/// The graph's outputs on one thread, compared with those on two and on four.
void check_threads(const Graph& graph, std::int32_t ids = 1) {
  const TensorMap inputs = test::draw_all(graph, ids);
  const auto run = [&](int count) {
    const test::Threads threads(count);
    return test::run_fast(graph, inputs);
  };
  const TensorMap expected = run(1);
  for (const int count : {2, 4})
    for (const auto& entry : run(count)) {
      const auto& [name, tensor] = entry;
      CAPTURE(entry.first);
      CAPTURE(count);
      CHECK(tensor == expected.at(name));
    }
}

/// Rows first .. first + count of a tensor.
Tensor rows_of(const Tensor& tensor, std::int64_t first, std::int64_t count) {
  const std::int64_t row = tensor.shape().volume() / tensor.shape()[0];
  const auto begin = tensor.as<float>().begin() + first * row;
  return Tensor::of(tensor.shape().with(0, count), std::vector<float>(begin, begin + count * row));
}

/// Builds a graph "x" [rows, ...] -> "y" [rows, ...] for several numbers of rows, and compares rows' bits.
void check_rows(const Shape& row, const std::function<Value(Graph&, Value)>& build) {
  constexpr std::int64_t most = 64;
  const auto run = [&](const Tensor& x) {
    Graph graph;
    graph.output("y", build(graph, graph.input("x", DType::f32, x.shape())));
    return test::run_fast(graph, {{"x", x}}).at("y");
  };
  const Tensor x = test::draw("x", row.inserted(0, most));
  const Tensor whole = run(x);
  for (const std::int64_t count : {1, 3, 7, 16, 33})
    for (const std::int64_t first : {std::int64_t{0}, most - count}) {
      CAPTURE(count);
      CAPTURE(first);
      CHECK(run(rows_of(x, first, count)) == rows_of(whole, first, count));
    }
}

}  // namespace

TEST_CASE("products have the same bits on any number of threads") {
  for (const auto& extents : std::vector<std::array<std::int64_t, 3>>{
           {1, 512, 700}, {64, 1024, 300}, {300, 65, 129}, {33, 2000, 64}, {5, 5000, 64}, {5, 5000, 1024}}) {
    const auto& [m, k, n] = extents;
    CAPTURE(Shape({extents[0], extents[1], extents[2]}).to_string());
    Graph graph;
    const Value a = graph.input("a", DType::f32, {m, k});
    graph.output("packed", dense(a, graph.parameter("w", {k, n}, uniform), graph.input("bias", DType::f32, {n})));
    graph.output("transposed", matmul(a, graph.parameter("w2", {n, k}, uniform), false, true));
    graph.output("sgemm", matmul(graph.input("b", DType::f32, {k, m}), graph.input("c", DType::f32, {k, n}), true));
    graph.output("plain", matmul(a, graph.input("d", DType::f32, {n, k}), false, true));
    const auto bf16 = [&](std::string_view name, const Shape& shape) { return graph.input(name, DType::bf16, shape); };
    graph.output("bf16", matmul(bf16("e", {m, k}), bf16("f", {k, n})));
    graph.output("bf16 transposed", matmul(bf16("g", {k, m}), bf16("h", {n, k}), true, true));
    check_threads(graph);
  }
}

TEST_CASE("an execution runs on another number of threads than it was made on") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {64, 300});
  graph.output("packed", matmul(x, graph.parameter("w", {300, 700}, uniform)));
  graph.output("plain", matmul(x, graph.input("d", DType::f32, {500, 300}), false, true));
  graph.output("sgemm", matmul(x, graph.input("e", DType::f32, {64, 900}), true));
  graph.output("softmax", softmax(x));
  const TensorMap inputs = test::draw_all(graph);
  const TensorMap expected = test::run_fast(graph, inputs);
  for (const int made : {1, 2, 4})
    for (const int run : {1, 2, 4}) {
      CAPTURE(made);
      CAPTURE(run);
      const test::Threads threads(made);
      Execution execution = compile(graph, onednn_backend());
      const test::Threads others(run);
      CHECK(execution.run(inputs) == expected);
    }
}

TEST_CASE("a batch of vectors and loops over rows have the same bits on any number of threads") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {65, 9, 130});
  graph.output("context", matmul(graph.input("weights", DType::f32, {65, 1, 9}), x));
  graph.output("tanh", tanh(x));
  graph.output("sum", reduce_sum(x));
  graph.output("rows", reduce_sum(x, {2}));
  graph.output("columns", reduce_sum(x, {0, 1}));
  graph.output("softmax", softmax(x));
  graph.output("middle", softmax(x, 1));
  graph.output("norm", global_norm(std::vector<Value>{x, x * 2.0}));
  const AdditiveScoresGradient gradient =
      additive_scores_gradient(graph.input("query", DType::f32, {65, 130}), x, graph.input("v", DType::f32, {130, 1}),
                               graph.input("d_scores", DType::f32, {65, 9}));
  graph.output("d_query", gradient.query);
  graph.output("d_keys", gradient.keys);
  graph.output("d_v", gradient.v);
  check_threads(graph);
}

TEST_CASE("loss and embeddings have the same bits on any number of threads") {
  Graph graph;
  const Value targets = graph.input("targets", DType::i32, {40, 9});
  const Value logits = graph.input("logits", DType::f32, {40, 9, 333});
  graph.output("loss", masked_cross_entropy(logits, targets, LossNormalisation::batch_mean, 0.1));
  graph.output("d_table", embedding_gradient(graph.input("d", DType::f32, {40, 9, 100}), targets, 333));
  const std::vector<Value> wrt{logits};
  graph.output("d_logits", gradients(masked_cross_entropy(logits, targets, LossNormalisation::token_mean), wrt).at(0));
  check_threads(graph, 333);
}

TEST_CASE("products that broadcast, sums by indices and largest elements have the same bits on any number of threads") {
  Graph graph;
  const Value a = graph.input("a", DType::f32, {3, 1, 40, 600});
  graph.output("broadcast", matmul(a, graph.input("b", DType::f32, {5, 600, 50})));
  graph.output("transposed", matmul(a, graph.input("c", DType::f32, {1, 5, 40, 30}), true));
  graph.output("folded", matmul(a, graph.parameter("w", {600, 70}, uniform)));
  const Value indices = graph.input("indices", DType::i32, {2000});
  graph.output("rows", scatter_add(graph.input("d", DType::f32, {2000, 300}), indices, 0, 33));
  graph.output("columns", scatter_add(graph.input("e", DType::f32, {50, 2000}), indices, 1, 33));
  const TopK top = top_k(graph.input("f", DType::f32, {64, 3000}), 7);
  graph.output("values", top.values);
  graph.output("places", top.indices);
  check_threads(graph, 33);
}

TEST_CASE("attention has the same bits on any number of threads") {
  for (const std::int64_t batch : {1, 5, 20})
    for (const bool causal : {false, true}) {
      CAPTURE(batch);
      CAPTURE(causal);
      Graph graph;
      const auto input = [&](std::string_view name, std::int64_t rows) {
        return graph.input(name, DType::f32, {batch, rows, 40});
      };
      const std::vector<Value> operands{input("query", 150), input("key", 330), input("value", 330)};
      const Value y = scaled_dot_product_attention(
          operands[0], operands[1], operands[2],
          {.causal = causal, .dropout = {.rate = 0.1, .stream = "weights"}, .step = graph.constant(1.0, DType::i32)});
      graph.output("y", y);
      const std::vector<Value> gradients =
          vector_jacobian(std::vector<Value>{y}, std::vector<Value>{input("d_y", 150)}, operands);
      for (std::size_t i = 0; i < gradients.size(); ++i) graph.output(fmt::format("gradient{}", i), gradients[i]);
      check_threads(graph);
    }
}

TEST_CASE("connectionist temporal classification has the same bits on any number of threads") {
  Graph graph;
  const Value x = log_softmax(graph.input("x", DType::f32, {9, 120, 40}));
  const auto full = [&](double number) { return graph.constant(Tensor::full({DType::i32, {9}}, number)); };
  const Value losses = ctc_loss(x, graph.input("ids", DType::i32, {9, 20}), full(120.0), full(20.0), 39);
  graph.output("losses", losses);
  graph.output("gradient", gradients(reduce_sum(losses), {x})[0]);
  check_threads(graph, 39);
}

TEST_CASE("a row's bits do not depend on the rows beside it") {
  check_rows({300}, [](Graph& graph, Value x) {
    return dense(x, graph.parameter("w", {300, 200}, uniform), graph.parameter("bias", {200}, uniform));
  });
  check_rows({1024}, [](Graph& graph, Value x) { return matmul(x, graph.parameter("w", {1024, 333}, uniform)); });
  check_rows({65}, [](Graph&, Value x) { return softmax(tanh(x)); });
  check_rows({99}, [](Graph& graph, Value x) {
    const Value gates = dense(x, graph.parameter("w", {99, 99}, uniform), graph.parameter("bias", {99}, uniform));
    return gru_gates(x, gates, slice(x, 1, 0, 33));
  });
  check_rows({9, 130}, [](Graph& graph, Value x) {
    const Value query = reshape(slice(x, 1, 0, 1), {x.shape()[0], 130});
    const Value scores =
        additive_scores(query, x, graph.parameter("v", {130, 1}, uniform), graph.parameter("bv", {1}, uniform));
    return matmul(reshape(softmax(scores), {x.shape()[0], 1, 9}), x);
  });
}

// A translation must not depend on how far its batch is padded.
TEST_CASE("attention over padding has the same bits as attention without") {
  const Tensor values = test::draw("values", {5, 17, 130});
  const Tensor query = test::draw("query", {5, 130});
  const auto context = [&](std::int64_t time) {
    Graph graph;
    const Value all = graph.constant(values);
    const Value x = slice(all, 1, 0, time);
    const Value scores = additive_scores(graph.constant(query), x, graph.parameter("v", {130, 1}, uniform),
                                         graph.parameter("bv", {1}, uniform));
    const Value mask = sequence_mask(graph.input("lengths", DType::i32, {5}), time);
    const Value weights = softmax(select(mask, scores, graph.constant(-1e9)));
    graph.output("context", matmul(reshape(weights, {5, 1, time}), x));
    return test::run_fast(graph, {{"lengths", Tensor::of<std::int32_t>({5}, {1, 2, 7, 9, 8})}}).at("context");
  };
  const Tensor unpadded = context(9);
  for (const std::int64_t time : {10, 16, 17}) CHECK(context(time) == unpadded);
}

}  // namespace weft
