// What is written by hand runs, and is differentiated, as the ops that it means.

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <map>

#include "backends/check/gradient_check.h"
#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "graph/base/file.h"
#include "graph/base/random.h"
#include "graph/io/text.h"
#include "graph/leaf.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "passes/autodiff/autodiff.h"

using namespace weft;
namespace fs = std::filesystem;

namespace {

/// query, key, value [batch, heads, time, units] -> the same.
using AttentionFn = Value(Value query, Value key, Value value);

Value by_op(Value query, Value key, Value value) {
  return scaled_dot_product_attention(query, key, value, {.causal = true});
}

Value by_hand(Value query, Value key, Value value) {
  Graph& graph = query.graph();
  const std::int64_t time = query.shape()[2];
  const double units = static_cast<double>(query.shape()[3]);
  const Value scores = matmul(query, transpose(key, {0, 1, 3, 2})) / std::sqrt(units);
  const Value past = less_equal(iota(graph, time), reshape(iota(graph, time), {time, 1}));
  const Value masked = select(past, scores, graph.constant(-std::numeric_limits<double>::infinity()));
  const Value exponentials = exp(masked - reduce_max(masked, {-1}, true));
  return matmul(exponentials / reduce_sum(exponentials, {-1}, true), value);
}

Value by_hand_that_shows_its_weights(Value query, Value key, Value value) {
  const Value weights = softmax(matmul(query, key, false, true));
  query.graph().output(weights.name(), weights);
  return matmul(weights, value);
}

/// A training step of a decoder of two blocks: a loss and the gradients of all parameters.
Graph decoder(AttentionFn* attention, std::int64_t time, std::int64_t units = 16) {
  constexpr std::int64_t batch = 2, heads = 2, letters = 5;
  Graph graph("decoder");
  int count = 0;
  const auto layer = [&](Value x, std::int64_t out) {
    const Shape shape{x.shape()[-1], out};
    const std::string name = "kernel" + std::to_string(count++);
    return matmul(x, graph.parameter(name, shape, Initializer::uniform(-0.4, 0.4)));
  };
  Value x = graph.input("x", DType::f32, {batch, time, units});
  for (int block = 0; block < 2; ++block) {
    std::vector<Value> parts;
    for (const Value& part : split(layer(x, 3 * units), 3, -1))
      parts.push_back(transpose(reshape(part, {batch, time, heads, units / heads}), {0, 2, 1, 3}));
    const Value attended = transpose(attention(parts[0], parts[1], parts[2]), {0, 2, 1, 3});
    x = x + layer(reshape(attended, {batch, time, units}), units);
    x = x + layer(gelu(layer(x, 2 * units)), units);
  }
  const Value loss = cross_entropy(layer(x, letters), graph.input("ids", DType::i32, {batch, time}));
  graph.output("loss", loss);
  const std::vector<Value> parameters = graph.parameters();
  const std::vector<Value> grads = gradients(loss, parameters);
  for (std::size_t i = 0; i < grads.size(); ++i) graph.output("d_" + parameters[i].name(), grads[i]);
  return graph;
}

std::map<std::string_view, int> kernels_of(const Program& program) {
  std::map<std::string_view, int> counts;
  for (const NodeId id : program.graph().nodes())
    if (const Op& op = *program.graph().node(id).op; !is_leaf(op)) ++counts[op.name];
  return counts;
}

TensorMap run(const Program& program, std::int64_t time) {
  Tensor x({DType::f32, Shape{2, time, 16}});
  for (std::int64_t i = 0; i < x.shape().volume(); ++i)
    x.set_number(i, CounterRandom(1, "x").uniform(static_cast<std::uint64_t>(i), -1.0, 1.0));
  Tensor ids({DType::i32, Shape{2, time}});
  for (std::int64_t i = 0; i < ids.shape().volume(); ++i) ids.set_number(i, static_cast<double>(i * 7 % 5));
  return Execution(program).run({{"x", x}, {"ids", ids}});
}

double relative_distance(const Tensor& a, const Tensor& b) {
  double difference = 0.0;
  double largest = 0.0;
  for (std::int64_t i = 0; i < a.shape().volume(); ++i) {
    difference = std::max(difference, std::abs(a.number(i) - b.number(i)));
    largest = std::max(largest, std::abs(a.number(i)));
  }
  return difference / largest;
}

std::size_t arena_of(AttentionFn* attention, std::int64_t time) {
  return compile(decoder(attention, time), onednn_backend()).report().arena_bytes;
}

}  // namespace

TEST_CASE("a decoder whose attention is written by hand is compiled to the kernels of the op") {
  constexpr std::int64_t time = 21;
  const Program op = compile(decoder(by_op, time), onednn_backend());
  const Program hand = compile(decoder(by_hand, time), onednn_backend());
  CHECK(kernels_of(hand) == kernels_of(op));
  CHECK(kernels_of(hand)["scaled_dot_product_attention"] == 2);
  CHECK(kernels_of(hand)["scaled_dot_product_attention_gradient"] == 2);
  CHECK(hand.report().arena_bytes == op.report().arena_bytes);

  const TensorMap expected = run(op, time);
  const TensorMap made = run(hand, time);
  const Program plain = compile(decoder(by_hand, time), reference_backend(), {.disabled_passes = {"recognise"}});
  const TensorMap by_reference = run(plain, time);
  for (const auto& entry : expected) {
    CAPTURE(entry.first);
    CHECK(relative_distance(entry.second, made.at(entry.first)) < 1e-5);
    CHECK(relative_distance(entry.second, by_reference.at(entry.first)) < 1e-4);
  }
}

TEST_CASE("attention written by hand takes memory in proportion to its length, forward and backward") {
  const auto growth = [](AttentionFn* attention) {
    return static_cast<double>(arena_of(attention, 512)) / static_cast<double>(arena_of(attention, 256));
  };
  CHECK(growth(by_hand) < 2.1);
  CHECK(growth(by_hand_that_shows_its_weights) > 3.0);
}

TEST_CASE("the gradients of what is recognised, and of what nearly is, are those of their formulas") {
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(WEFT_TEST_DIR) / "passes" / "recognise")) {
    CAPTURE(entry.path().string());
    const std::string text = read_file(entry.path());
    const Graph graph = parse_text(text.substr(0, text.find("\n----") + 1), all_ops());
    for (const GradientCheck& check : check_gradients(graph, {.most_elements = 20})) {
      CAPTURE(check.input);
      CHECK(check.worst_error < 1e-6);
    }
  }
}

TEST_CASE("gradients with respect to what lies within a pattern do not pass it over") {
  Graph graph;
  const Value x = graph.input("x", DType::f64, {7, 5});
  const Value value = graph.input("value", DType::f64, {5, 3});
  const Value scores = matmul(x, graph.input("key", DType::f64, {5, 5}), false, true);
  const Value weights = softmax(scores);
  const Value y = matmul(weights, value);
  const std::vector<Value> grads = gradients(reduce_sum(y * y), {weights, scores});
  graph.output("d_weights", grads[0]);
  graph.output("by_formula", matmul(y * 2.0, value, false, true));
  graph.output("d_scores", grads[1]);
  Tensor of_x({DType::f64, Shape{7, 5}});
  Tensor of_key({DType::f64, Shape{5, 5}});
  Tensor of_value({DType::f64, Shape{5, 3}});
  for (Tensor* tensor : {&of_x, &of_key, &of_value})
    for (std::int64_t i = 0; i < tensor->shape().volume(); ++i)
      tensor->set_number(i, std::sin(static_cast<double>(i + tensor->shape().volume())));
  const TensorMap results =
      Execution(compile(graph, reference_backend())).run({{"x", of_x}, {"key", of_key}, {"value", of_value}});
  CHECK(relative_distance(results.at("by_formula"), results.at("d_weights")) < 1e-12);
  double largest = 0.0;
  for (std::int64_t i = 0; i < 35; ++i) largest = std::max(largest, std::abs(results.at("d_scores").number(i)));
  CHECK(largest > 1e-3);
}

TEST_CASE("scores are stored where the gradient of a mask that is added to them needs them") {
  const auto kernels = [](bool trains_mask) {
    Graph graph;
    const Value query = graph.input("query", DType::f32, {16, 4});
    const Value key = graph.parameter("key", {16, 4}, Initializer::uniform(-1, 1));
    const Value mask = graph.parameter("mask", {16, 16}, Initializer::uniform(-1, 1));
    const Value y = matmul(softmax(matmul(query, key, false, true) + mask), query);
    const std::vector<Value> parameters = trains_mask ? graph.parameters() : std::vector<Value>{key};
    const std::vector<Value> grads = gradients(reduce_sum(y * y), parameters);
    for (const Value& gradient : grads) graph.output(gradient.name(), gradient);
    return kernels_of(compile(graph, onednn_backend()));
  };
  CHECK(kernels(false)["scaled_dot_product_attention_gradient"] == 1);
  CHECK(kernels(true)["scaled_dot_product_attention_gradient"] == 0);
  CHECK(kernels(true)["scaled_dot_product_attention"] == 0);
}

TEST_CASE("a sigmoid by hand has a gradient where its exponential overflows") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2});
  const Value sigmoid = 1.0 / (1.0 + exp(-x));
  const Value silu = x / (1.0 + exp(-x));
  graph.output("d_sigmoid", gradients(reduce_sum(sigmoid), {x})[0]);
  graph.output("d_silu", gradients(reduce_sum(silu), {x})[0]);
  const TensorMap results =
      Execution(compile(graph, reference_backend())).run({{"x", Tensor::of<float>({2}, {-1000.0F, 1000.0F})}});
  CHECK(results.at("d_sigmoid") == Tensor::of<float>({2}, {0.0F, 0.0F}));
  CHECK(results.at("d_silu").number(0) == 0.0);
  CHECK(results.at("d_silu").number(1) == 1.0);
}
