// That the check of passes finds what it is there to find: passes planted here that are wrong in one thing each.

#include "backends/check/pass_check.h"

#include <doctest/doctest.h>

#include <array>

#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "passes/pipeline.h"

using namespace weft;

namespace {

Graph small_graph() {
  Graph graph("small");
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value bias = graph.parameter("bias", {3}, Initializer::zeros());
  const Value y = tanh(x + bias);
  graph.output("y", y);
  graph.output("sum", reduce_sum(y));
  graph.update(bias, bias * 0.5);
  return graph;
}

Graph integer_graph() {
  Graph graph("integers");
  graph.output("places", argmax(graph.input("x", DType::f32, {4, 5}), 1));
  return graph;
}

/// The first node of that op.
NodeId first(const Graph& graph, const Op& op) {
  for (const NodeId id : graph.nodes())
    if (graph.node(id).op == &op) return id;
  FAIL("the graph has no ", op.name);
  return {};
}

void replace(Graph& graph, ValueId value, Value by) { graph.replace_uses({{value, by.id()}}); }

/// Takes a bias for the zero that it begins with.
bool drop_bias(Graph& graph, const PassContext&) {
  const Node& sum = graph.node(first(graph, op::add));
  replace(graph, sum.results[0], graph.value(sum.operands[0]));
  return true;
}
bool forget_tanh(Graph& graph, const PassContext&) {
  const Node& node = graph.node(first(graph, op::tanh));
  replace(graph, node.results[0], graph.value(node.operands[0]));
  return true;
}
bool forget_tanh_secretly(Graph& graph, const PassContext& context) { return !forget_tanh(graph, context); }
/// A ten-thousandth too much.
bool stretch(Graph& graph, const PassContext&) {
  const ValueId y = graph.node(first(graph, op::tanh)).results[0];
  const Value stretched = graph.value(y) * 1.0001;
  graph.set_operand(first(graph, op::reduce_sum), 0, stretched.id());
  return true;
}
bool wrong_update(Graph& graph, const PassContext&) {
  const Node& product = graph.node(first(graph, op::mul));
  replace(graph, product.results[0], graph.value(product.operands[0]));
  return true;
}
bool wrong_axis(Graph& graph, const PassContext&) {
  const Node& node = graph.node(first(graph, op::argmax));
  const Value transposed = reshape(graph.value(node.operands[0]), {5, 4});
  replace(graph, node.results[0], argmax(reshape(transpose(transposed, {1, 0}), {4, 5}), 1));
  return true;
}
/// Right: a double negation, and the same order of sums.
bool negate_twice(Graph& graph, const PassContext&) {
  const ValueId y = graph.node(first(graph, op::tanh)).results[0];
  const Value same = -(-graph.value(y));
  graph.set_operand(first(graph, op::reduce_sum), 0, same.id());
  return true;
}
bool shape_mismatch(Graph& graph, const PassContext&) {
  const Value y = graph.value(graph.outputs()[0].value);
  const Value sum = reduce_sum(y);
  replace(graph, y.id(), sum);
  graph.set_operand(sum.producer(), 0, y.id());
  return true;
}

/// The message of the InternalError that checking one pass throws; "none" when it throws none.
std::string finding(bool (*run)(Graph&, const PassContext&), Graph graph = small_graph()) {
  const Pass pass{.name = "planted", .summary = "", .run = run};
  const std::array<const Pass*, 1> passes{&pass};
  PassCheck check(graph, reference_backend());
  try {
    run_passes(graph, passes, {}, check.observer());
  } catch (const InternalError& error) {
    return error.what();
  }
  return "none";
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a wrong pass is found, with its name, the output, and both values") {
  const std::string dropped = finding(forget_tanh);
  CAPTURE(dropped);
  CHECK(dropped.starts_with("the pass planted changes what graph 'small' computes: of the output '"));
  CHECK(has(dropped, " elements are off; the worst, ["));
  CHECK(has(dropped, " after it and "));
  CHECK(has(dropped, " before, allowed is "));
}

TEST_CASE("a wrong pass is found that says it did nothing") {
  CHECK(has(finding(forget_tanh_secretly), "the pass planted changes what graph 'small' computes"));
}

TEST_CASE("zeros that biases begin with hide no mistake") { CHECK(has(finding(drop_bias), "the output '")); }

TEST_CASE("a small mistake in one output is found there") {
  const std::string found = finding(stretch);
  CAPTURE(found);
  CHECK(has(found, "of the output 'sum', 1 of 1 elements are off; the worst, [],"));
}

TEST_CASE("a mistake in an update alone is found") {
  CHECK(has(finding(wrong_update), "of the updated variable 'bias', 3 of 3 elements are off"));
}

TEST_CASE("integers must be the same") { CHECK(has(finding(wrong_axis, integer_graph()), "of the output 'places'")); }

TEST_CASE("a result of another type is found") {
  CHECK(has(finding(shape_mismatch, integer_graph()), "the output 'places' is i32[], it was i32[4]"));
}

TEST_CASE("right passes are not found") {
  CHECK(finding(negate_twice) == "none");
  for (const Pass* pass : {&pass::simplify, &pass::cse, &pass::dce}) CHECK(finding(pass->run) == "none");
}

TEST_CASE("a pass that rounds may be off as far as it says") {
  const Graph graph = small_graph();
  for (const double rounding : {1e-3, 1e-6}) {
    PassCheck check(graph, reference_backend());
    Graph changed = graph.clone();
    stretch(changed, {});
    const Pass pass{.name = "planted", .summary = "", .run = stretch, .rounding = rounding};
    if (rounding > 1e-4)
      CHECK_NOTHROW(check.check(pass, changed));
    else
      CHECK_THROWS_AS(check.check(pass, changed), InternalError);
  }
}

TEST_CASE("the worst element is named by its place") {
  Graph graph("place");
  const Value x = graph.input("x", DType::f64, {2, 3, 2});
  Tensor one(TensorType{DType::f64, {2, 3, 2}});
  graph.output("y", tanh(x));
  const std::string found = finding(
      [](Graph& in, const PassContext&) {
        const Value y = in.value(in.node(first(in, op::tanh)).results[0]);
        Tensor moved(y.type());
        moved.set_number(7, 0.25);  // [1,0,1]
        moved.set_number(9, 0.5);   // [1,1,1]
        const Value sum = y + in.constant(moved);
        in.replace_uses({{y.id(), sum.id()}});
        in.set_operand(sum.producer(), 0, y.id());
        return true;
      },
      std::move(graph));
  CHECK(has(found, "of the output 'y', 2 of 12 elements are off; the worst, [1,1,1],"));
}

TEST_CASE("a graph that cannot be run on random inputs is the caller's to mend") {
  Graph graph("ids");
  graph.output("y",
               embedding(graph.parameter("table", {2, 3}, Initializer::zeros()), graph.input("ids", DType::i32, {40})));
  CHECK_THROWS_WITH_AS(PassCheck(graph, reference_backend()), doctest::Contains("id 2 at index"), Error);
  CHECK_NOTHROW(PassCheck(graph, reference_backend(), {.integer_high = 1}));

  Graph logarithm("logarithm");
  logarithm.output("y", log(logarithm.input("x", DType::f32, {5})));
  CHECK_THROWS_WITH_AS(PassCheck(logarithm, reference_backend(), {.low = -2.0, .high = -1.0}),
                       doctest::Contains("gives nothing but NaN for inputs from -2 to -1"), Error);
}

TEST_CASE("an observer of compiling checks its passes, and calls another one as well") {
  int observed = 0;
  PassCheck check(small_graph(), reference_backend());
  Execution execution = compile(
      small_graph(), reference_backend(),
      {.observer =
           check.observer({.before = {}, .after = [&](const Pass&, const Graph&, bool, double) { ++observed; }})});
  CHECK(observed == std::ssize(compile_pipeline()));
  Tensor x(TensorType{DType::f32, {2, 3}});
  CHECK_NOTHROW(execution.run({{"x", x}}));
}
