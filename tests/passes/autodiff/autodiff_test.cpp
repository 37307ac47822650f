#include "passes/autodiff/autodiff.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <map>

#include "backends/check/gradient_check.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "graph/base/error.h"
#include "graph/verifier.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "tests/message_of.h"

using namespace weft;
using test::message_of;

namespace {

Value scalar_input(Graph& graph, std::string_view name) { return graph.input(name, DType::f64, {}); }

/// The value of a scalar for scalar inputs.
double evaluate(Value value, const std::map<std::string, double>& inputs = {}) {
  Graph graph = value.graph().clone();
  graph.output("evaluated", graph.value(value.id()));
  TensorMap tensors;
  for (const auto& [name, number] : inputs) tensors.emplace(name, Tensor::scalar(number));
  return Execution(compile(graph, reference_backend())).run(tensors).at("evaluated").number(0);
}

Value gradient(Value loss, Value parameter) { return gradients(loss, std::span(&parameter, 1)).at(0); }

bool has_op(const Graph& graph, const Op& op) {
  for (const NodeId id : graph.nodes())
    if (graph.node(id).op == &op) return true;
  return false;
}

void check_all_gradients(const Graph& graph) {
  for (const GradientCheck& check : check_gradients(graph)) {
    CAPTURE(check.input);
    CAPTURE(check.worst_error);
    CHECK(check.passed);
  }
}

}  // namespace

TEST_CASE("a value that is used several times gets the sum of its uses") {
  Graph graph;
  const Value x = scalar_input(graph, "x");
  // x^3 + 2x: 3x^2 + 2.
  CHECK(evaluate(gradient(x * x * x + x + x, x), {{"x", 3.0}}) == 29.0);
}

TEST_CASE("a parameter that is used as both operands of one node counts twice") {
  Graph graph;
  const Value x = scalar_input(graph, "x");
  CHECK(evaluate(gradient(mul(x, x), x), {{"x", 5.0}}) == 10.0);
  CHECK(evaluate(gradient(sub(x, x), x), {{"x", 5.0}}) == 0.0);
}

TEST_CASE("a parameter that the loss does not depend on gets zeros of its type") {
  Graph graph;
  const Value used = scalar_input(graph, "used");
  const Value unused = graph.input("unused", DType::f32, {2, 3});
  const Value after = exp(graph.input("after", DType::f64, {2}));  // depends on nothing that the loss does
  const std::vector<Value> grads = gradients(used * used, std::vector<Value>{used, unused, after});
  REQUIRE(grads.size() == 3);
  CHECK(grads[1].type() == unused.type());
  CHECK(grads[2].type() == after.type());
  graph.output("zeros", grads[1]);
  Execution execution = compile(graph, reference_backend());
  execution.run();
  CHECK(execution.get("zeros") == Tensor::full(unused.type(), 0.0));
}

TEST_CASE("the gradient of the loss with respect to itself is 1, and parameters may be given twice") {
  Graph graph;
  const Value x = scalar_input(graph, "x");
  const Value loss = x * 3.0;
  const std::vector<Value> grads = gradients(loss, std::vector<Value>{loss, x, x});
  CHECK(evaluate(grads[0], {{"x", 2.0}}) == 1.0);
  CHECK(evaluate(grads[1], {{"x", 2.0}}) == 3.0);
  CHECK(evaluate(grads[2], {{"x", 2.0}}) == 3.0);
}

TEST_CASE("gradients with respect to a value on the way, and to what it is made of") {
  Graph graph;
  const Value x = scalar_input(graph, "x");
  const Value square = x * x;
  const std::vector<Value> grads = gradients(square * square, std::vector<Value>{x, square});
  CHECK(evaluate(grads[0], {{"x", 2.0}}) == 32.0);
  CHECK(evaluate(grads[1], {{"x", 2.0}}) == 8.0);
}

TEST_CASE("gradients with respect to the result of a coarse op, and to its operands") {
  // The coarse op is differentiated through its decomposition, which stands in for its result.
  Graph graph;
  const Value x = graph.input("x", DType::f64, {4});
  const Value mean = reduce_mean(x);
  const std::vector<Value> grads = gradients(mean * mean, std::vector<Value>{mean, x});
  graph.output("mean", grads[0]);
  graph.output("x", grads[1]);
  const TensorMap results = Execution(compile(graph, reference_backend()))
                                .run(TensorMap{{"x", Tensor::of<double>({4}, std::vector<double>{1, 2, 3, 6})}});
  CHECK(results.at("mean").number(0) == 6.0);
  CHECK(results.at("x").number(2) == 1.5);
}

TEST_CASE("only what the gradients need is built") {
  Graph graph;
  const Value x = scalar_input(graph, "x");
  const Value other = scalar_input(graph, "other");
  const Value loss = tanh(x) * exp(other);
  const std::uint32_t before = graph.node_bound();
  gradient(loss, other);
  for (std::uint32_t i = before; i < graph.node_bound(); ++i)  // nothing of tanh's derivative, 1 - y^2
    CHECK(graph.node(NodeId{i}).op != &op::sub);
}

TEST_CASE("an op without a gradient on the path is refused by its name and the node's") {
  Graph graph;
  const Value x = graph.input("x", DType::f64, {2, 3});
  const Value norm = global_norm(std::vector<Value>{x}).named("norm");
  const Value gates = graph.input("gates", DType::f64, {2, 9});
  const GruGatesGradient fused = gru_gates_gradient(gates, gates, x, x);
  const std::string message = message_of([&] { gradient(reduce_sum(fused.h), x); });
  CHECK(message.find("cannot differentiate through gru_gates_gradient 'gru_gates_gradient'") != std::string::npos);
  CHECK(message.find("keep it off the path") != std::string::npos);
  if (op::global_norm.gradient == nullptr)
    CHECK(message_of([&] { gradient(norm, x); }).find("cannot differentiate through global_norm 'norm'") !=
          std::string::npos);
}

TEST_CASE("an op without a gradient beside the path is no obstacle") {
  Graph graph;
  const Value x = graph.input("x", DType::f64, {2, 3});
  const Value gates = graph.input("gates", DType::f64, {2, 9});
  const Value fused = gru_gates_gradient(gates, gates, x, x).h;
  const Value loss = reduce_sum(x * x);
  CHECK_NOTHROW(gradient(loss, x));  // behind x, but the loss does not need it
  CHECK_NOTHROW(gradient(loss + reduce_sum(fused), gates.graph().parameter("p", {2}, Initializer::zeros())));
}

TEST_CASE("a path through integers or bools ends there: it has no gradient") {
  Graph graph;
  const Value x = graph.input("x", DType::f64, {2, 3});
  const Value table = graph.input("table", DType::f64, {3, 4});
  const Value looked_up = reduce_sum(embedding(table, argmax(x, 1)));
  graph.output("gradient", gradient(looked_up, x));
  Execution execution = compile(graph, reference_backend());
  execution.run();
  CHECK(execution.get("gradient") == Tensor::full(x.type(), 0.0));
}

TEST_CASE("what cannot be differentiated is refused before anything is built") {
  Graph graph;
  const Value x = graph.input("x", DType::f64, {2, 3});
  const Value ids = graph.input("ids", DType::i32, {2});
  const Value loss = reduce_sum(x);
  Graph other("other");
  const Value stranger = other.input("stranger", DType::f64, {});
  const std::uint32_t before = graph.node_bound();
  CHECK(message_of([&] { gradient(loss, ids); }) ==
        "gradients: 'ids' is i32[2]; only floating-point values have gradients");
  CHECK(message_of([&] { gradient(x, x); }) ==
        "gradients: the loss 'x' must be a floating-point scalar, it is f64[2,3]; reduce it first");
  CHECK(message_of([&] { gradient(ids, x); }) ==
        "gradients: the loss 'ids' must be a floating-point scalar, it is i32[2]; reduce it first");
  CHECK(message_of([&] { gradient(Value{}, x); }) == "gradients: the loss is a null value");
  CHECK(message_of([&] { gradient(loss, Value{}); }) ==
        "gradients: a parameter is null or of another graph than 'graph'");
  CHECK(message_of([&] { gradient(loss, stranger); }) ==
        "gradients: a parameter is null or of another graph than 'graph'");
  const std::vector<Value> none;
  CHECK(message_of([&] { vector_jacobian(std::vector{loss}, none, std::vector{x}); }) ==
        "gradients: 1 results and 0 cotangents are given");
  CHECK(message_of([&] { vector_jacobian(std::vector{x}, std::vector{loss}, std::vector{x}); }) ==
        "gradients: 'x' is f64[2,3], its cotangent f64[]");
  CHECK(message_of([&] { vector_jacobian(std::vector{Value{}}, std::vector{loss}, std::vector{x}); }) ==
        "gradients: the first result is a null value");
  CHECK(message_of([&] {
          vector_jacobian(std::vector{loss, stranger}, std::vector{loss, loss}, std::vector{x});
        }) == "gradients: a result is null or of another graph than 'graph'");
  CHECK(message_of([&] { vector_jacobian(std::vector{loss}, std::vector{stranger}, std::vector{x}); }) ==
        "gradients: a cotangent is null or of another graph than 'graph'");
  CHECK(graph.node_bound() == before);
}

TEST_CASE("gradients of gradients") {
  Graph graph;
  const Value x = scalar_input(graph, "x");
  const Value cube = x * x * x;
  const Value first = gradient(cube, x);
  const Value second = gradient(first, x);
  const Value third = gradient(second, x);
  CHECK(evaluate(first, {{"x", 2.0}}) == 12.0);
  CHECK(evaluate(second, {{"x", 2.0}}) == 12.0);
  CHECK(evaluate(third, {{"x", 2.0}}) == 6.0);
  CHECK(evaluate(gradient(third, x), {{"x", 2.0}}) == 0.0);

  const Value curved = gradient(gradient(tanh(x), x), x);  // -2 y (1 - y^2)
  const double y = std::tanh(0.5);
  CHECK(evaluate(curved, {{"x", 0.5}}) == doctest::Approx(-2.0 * y * (1.0 - y * y)).epsilon(1e-14));
}

TEST_CASE("the gradient of the sum of several results") {
  Graph graph;
  const Value x = scalar_input(graph, "x");
  const std::vector<Value> results{x * x, x * 5.0};
  const std::vector<Value> cotangents{graph.constant(3.0, DType::f64), graph.constant(7.0, DType::f64)};
  const Value grad = vector_jacobian(results, cotangents, std::vector{x}).at(0);
  CHECK(evaluate(grad, {{"x", 2.0}}) == 3.0 * 4.0 + 7.0 * 5.0);
}

TEST_CASE("a GRU unrolled over three steps with an attention, against central differences") {
  Graph graph;
  const GruWeights weights{
      graph.input("kernel", DType::f64, {3, 12}), graph.input("recurrent_kernel", DType::f64, {4, 12}),
      graph.input("input_bias", DType::f64, {12}), graph.input("recurrent_bias", DType::f64, {12})};
  const AdditiveAttentionWeights attention{
      graph.input("w1", DType::f64, {4, 5}), graph.input("b1", DType::f64, {5}),
      graph.input("w2", DType::f64, {4, 5}), graph.input("b2", DType::f64, {5}),
      graph.input("v", DType::f64, {5, 1}),  graph.constant(Tensor::full({DType::f64, {1}}, 0.0))};
  const Value x = graph.input("x", DType::f64, {2, 3, 3});
  Value h = graph.input("h", DType::f64, {2, 4});
  std::vector<Value> states;
  for (std::int64_t step = 0; step < 3; ++step) {
    h = gru_cell(reshape(slice(x, 1, step, step + 1), {2, 3}), h, weights);
    states.push_back(h);
  }
  const Value values = stack(states, 1);
  const Attention first = additive_attention(h, values, attention);
  const Attention second = additive_attention(first.context, values, attention);
  graph.output("context", second.context);
  graph.output("weights", second.weights);
  check_all_gradients(graph);
}

TEST_CASE("an LSTM unrolled over three steps, against central differences") {
  Graph graph;
  const LstmWeights weights{graph.input("kernel", DType::f64, {3, 16}),
                            graph.input("recurrent_kernel", DType::f64, {4, 16}),
                            graph.input("bias", DType::f64, {16})};
  LstmState state{graph.input("h", DType::f64, {2, 4}), graph.input("c", DType::f64, {2, 4})};
  const Value x = graph.input("x", DType::f64, {2, 3});
  for (int step = 0; step < 3; ++step) state = lstm_cell(x, state, weights);
  graph.output("h", state.h);  // c is read by the cells alone: one of two results has no cotangent at the end
  check_all_gradients(graph);
}

TEST_CASE("coarse ops are differentiated through their decompositions, which keep the op's name as their scope") {
  Graph graph;
  const Value x = graph.input("x", DType::f64, {2, 3});
  gradient(reduce_sum(reduce_mean(x, {0}).named("average")), x);
  CHECK(has_op(graph, op::reduce_mean));  // the forward node is left alone
  CHECK(graph.find("average/reduce_sum"));
  CHECK_NOTHROW(verify(graph));
}

TEST_CASE("a chain of 20,000 nodes is differentiated in linear time, without recursion") {
  const auto seconds = [](int length) {
    Graph graph;
    const Value x = scalar_input(graph, "x");
    Value sum = x;
    for (int i = 0; i < length; ++i) sum = add(sum, x);  // x is used `length` + 1 times
    const auto start = std::chrono::steady_clock::now();
    const Value grad = gradient(sum, x);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    CHECK(graph.node_count() <= 3 * static_cast<std::size_t>(length) + 10);
    if (length == 20'000) CHECK(evaluate(grad, {{"x", 1.0}}) == length + 1.0);
    return took.count();
  };
  const double shorter = seconds(2'000);
  const double longer = seconds(20'000);
  MESSAGE("2,000 adds: ", shorter, " s, 20,000 adds: ", longer, " s");
}
