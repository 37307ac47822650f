#include "passes/memory/buffers.h"

#include <doctest/doctest.h>

#include "backends/check/interpreter.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "graph/leaf.h"
#include "graph/order.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "passes/pipeline.h"
#include "tests/fuzz/random_graph.h"

using namespace weft;

namespace {

/// The plan of a graph as it stands, without passes and scratch memory.
class Planned {
 public:
  explicit Planned(const Graph& graph) {
    for (const NodeId id : topological_order(graph))
      if (!is_leaf(*graph.node(id).op)) steps_.push_back(id);
    plan_ = plan_buffers(graph, steps_, std::vector<std::size_t>(steps_.size(), 0));
  }

  const BufferPlan& plan() const { return plan_; }
  const Location& at(Value value) const { return plan_.locations.at(value.id().index); }
  /// Both in the arena, the first at so many bytes behind the second.
  bool lies_in(Value value, Value whole, std::size_t offset) const {
    return in_arena(value) && in_arena(whole) && at(value).offset == at(whole).offset + offset;
  }
  bool same_place(Value a, Value b) const { return lies_in(a, b, 0); }
  bool in_arena(Value value) const { return at(value).place == Location::Place::arena; }
  bool in_leaf(Value value, Value leaf) const {
    return at(value).place == Location::Place::leaf && at(value).owner == leaf.producer();
  }
  bool has_kernel(Value value) const {
    for (std::size_t step = 0; step < steps_.size(); ++step)
      if (steps_[step] == value.producer()) return plan_.needs_kernel[step];
    return false;
  }

 private:
  std::vector<NodeId> steps_;
  BufferPlan plan_;
};

Value input(Graph& graph, std::string_view name, const Shape& shape) { return graph.input(name, DType::f32, shape); }

Value state(Graph& graph, std::string_view name, const Shape& shape, double content) {
  return graph.state(name, {DType::f32, shape}, Initializer::constant(content));
}

/// Runs the graph as it is written: of the passes, only decompose.
Execution compile_plain(const Graph& graph, const Backend& backend = reference_backend()) {
  std::vector<std::string> disabled;
  for (const Pass* pass : all_passes())
    if (can_be_left_out(*pass)) disabled.emplace_back(pass->name);
  return compile(graph, backend, {.disabled_passes = disabled});
}

double number(const Execution& execution, std::string_view variable) {
  return execution.variables().get(variable).number(0);
}

}  // namespace

// ---- Views

TEST_CASE("reshapes and slices along the leading axis are views, of leaves and of computed values") {
  Graph graph;
  const Value x = input(graph, "x", {4, 6});
  const Value computed = exp(x);
  const Value reshaped = reshape(computed, {8, 3});
  const Value rows = slice(reshaped, 0, 2, 5);
  const Value of_leaf = slice(reshape(x, {2, 12}), 0, 1, 2);
  const Value one_row = reshape(rows, {1, 9});
  const Value leading = slice(one_row, 1, 3, 9);  // all axes before it have extent 1
  const Value columns = slice(computed, 1, 0, 2);
  for (const Value& value : {reshaped, rows, of_leaf, leading, columns}) graph.output(value.name(), value);
  const Planned planned(graph);
  CHECK(planned.same_place(reshaped, computed));
  CHECK(planned.lies_in(rows, computed, 2 * 3 * 4));
  CHECK(planned.lies_in(leading, computed, (2 * 3 + 3) * 4));
  CHECK(planned.in_leaf(of_leaf, x));
  CHECK(planned.at(of_leaf).offset == 12 * 4);
  for (const Value& view : {reshaped, rows, of_leaf, one_row, leading}) CHECK_FALSE(planned.has_kernel(view));
  CHECK(planned.has_kernel(columns));
  CHECK_FALSE(planned.same_place(columns, computed));
}

// ---- Concats

TEST_CASE("the parts of a concat are computed where they end up") {
  Graph graph;
  const Value x = input(graph, "x", {2, 3});
  const Value a = exp(x);
  const Value b = reshape(tanh(x), {2, 3});
  const Value joined = concat(std::vector{a, b}, 0);
  graph.output("y", joined);
  const Planned planned(graph);
  CHECK(planned.lies_in(a, joined, 0));
  CHECK(planned.lies_in(b, joined, 24));
  CHECK_FALSE(planned.has_kernel(joined));
  CHECK(planned.plan().part_copies.empty());
}

TEST_CASE("parts that cannot be computed in place are copied: leaves, pieces of others, a second use") {
  Graph graph;
  const Value x = input(graph, "x", {2, 3});
  const Value a = exp(x);
  const Value first = concat(std::vector{x, a, a}, 0);
  const Value second = concat(std::vector{a, slice(first, 0, 0, 1)}, 0);
  graph.output("first", first);
  graph.output("second", second);
  const Planned planned(graph);
  CHECK(planned.lies_in(a, first, 24));
  REQUIRE(planned.plan().part_copies.size() == 4);
  CHECK(planned.plan().part_copies[0].part == x.id());
  CHECK(planned.plan().part_copies[1].part == a.id());
  CHECK(planned.plan().part_copies[1].offset == 48);
  CHECK(planned.plan().part_copies[2].concat == second.producer());
}

TEST_CASE("a concat within a concat is computed in the outer one") {
  Graph graph;
  const Value x = input(graph, "x", {1, 4});
  const Value a = exp(x);
  const Value b = tanh(x);
  const Value inner = concat(std::vector{a, b}, 0);
  const Value c = sigmoid(x);
  const Value outer = concat(std::vector{c, inner}, 0);
  graph.output("y", outer);
  const Planned planned(graph);
  CHECK(planned.lies_in(a, outer, 16));
  CHECK(planned.lies_in(b, outer, 32));
  CHECK(planned.plan().part_copies.empty());
}

TEST_CASE("a concat along another axis than the leading one has a kernel") {
  Graph graph;
  const Value x = input(graph, "x", {2, 3});
  const Value joined = concat(std::vector{exp(x), tanh(x)}, 1);
  graph.output("y", joined);
  CHECK(Planned(graph).has_kernel(joined));
}

// ---- In place

TEST_CASE("an elementwise kernel writes over an operand that dies") {
  Graph graph;
  const Value x = input(graph, "x", {64, 64});
  const Value a = matmul(x, x);
  const Value b = matmul(x, a);
  const Value sum = add(a, b);
  const Value y = tanh(sum);
  graph.output("y", y);
  const Planned planned(graph);
  CHECK((planned.same_place(sum, a) || planned.same_place(sum, b)));
  CHECK(planned.same_place(y, sum));
  CHECK(planned.plan().arena_bytes == 2 * 64 * 64 * 4);
  CHECK(planned.plan().naive_bytes == 4 * 64 * 64 * 4);
}

TEST_CASE("no kernel writes over what is needed afterwards, or over an input, a variable or a constant") {
  Graph graph;
  const Value x = input(graph, "x", {4});
  const Value weight = graph.parameter("w", {4}, Initializer::ones());
  const Value constant = graph.constant(Tensor::full({DType::f32, {4}}, 2.0));
  const Value a = exp(x);
  const Value early = tanh(a);  // a is read again
  const Value late = add(a, early);
  const Value kept = sigmoid(late);
  const Value after = neg(kept);  // kept is an output
  for (const Value& value : {kept, after, neg(x), neg(weight), neg(constant)}) graph.output(value.name(), value);
  const Planned planned(graph);
  CHECK_FALSE(planned.same_place(early, a));
  CHECK_FALSE(planned.same_place(after, kept));
  for (const Output& output : graph.outputs()) CHECK(planned.in_arena(graph.value(output.value)));
}

TEST_CASE("an operand that broadcasts is not written over, nor one that shares its memory with another operand") {
  Graph graph;
  const Value x = input(graph, "x", {4, 4});
  const Value row = exp(slice(x, 0, 0, 1));
  const Value column = exp(slice(x, 1, 0, 1));
  const Value outer = add(row, column);  // larger than either

  const Value whole = matmul(x, x);
  const Value transposed =
      add(whole, reshape(slice(reshape(whole, {16}), 0, 0, 4), {4, 1}));  // reads whole[0][i] for row i
  const Value square = matmul(x, x);
  const Value same = mul(square, square);  // element by element the same: safe
  for (const Value& value : {outer, transposed, same}) graph.output(value.name(), value);
  const Planned planned(graph);
  CHECK_FALSE(planned.same_place(outer, row));
  CHECK_FALSE(planned.same_place(outer, column));
  CHECK_FALSE(planned.same_place(transposed, whole));
  CHECK(planned.same_place(same, square));
}

TEST_CASE("a kernel that is not elementwise does not write over its operands, but where its op allows it") {
  Graph graph;
  const Value x = input(graph, "x", {4, 4});
  const Value a = exp(x);
  const Value product = matmul(a, x);
  const Value gates = input(graph, "gates", {4, 12});
  const Value h = sigmoid(x);
  const Value next = gru_gates(gates, gates, h);
  graph.output("product", product);
  graph.output("next", next);
  const Planned planned(graph);
  CHECK_FALSE(planned.same_place(product, a));
  CHECK(planned.same_place(next, h));
}

// ---- Updates

TEST_CASE("an update is written over its variable when nobody reads the old content afterwards") {
  Graph graph;
  const Value v = state(graph, "v", {4}, 1.0);
  const Value next = add(v, input(graph, "x", {4}));
  graph.update(v, next);
  graph.output("next", next);
  const Planned planned(graph);
  CHECK(planned.in_leaf(next, v));
  CHECK(planned.plan().updated_in_place == std::vector<bool>{true});
}

TEST_CASE("an update is not in place while the old content is still to be read") {
  const auto in_place = [](auto&& add_reader) {
    Graph graph;
    const Value v = state(graph, "v", {4}, 1.0);
    const Value next = add(v, input(graph, "x", {4}));
    graph.update(v, next);
    add_reader(graph, v, next);
    return Planned(graph).plan().updated_in_place.at(0);
  };
  CHECK(in_place([](Graph&, Value, Value) {}));
  CHECK_FALSE(in_place([](Graph& graph, Value v, Value) { graph.output("old", v); }));
  CHECK_FALSE(in_place([](Graph& graph, Value v, Value) { graph.output("later", exp(v)); }));
  CHECK_FALSE(in_place([](Graph& graph, Value v, Value) { graph.output("later", exp(reshape(v, {2, 2}))); }));
  CHECK_FALSE(in_place([](Graph& graph, Value v, Value next) { graph.output("later", mul(next, v)); }));
  CHECK_FALSE(in_place([](Graph& graph, Value v, Value) { graph.update(state(graph, "w", {4}, 0.0), v); }));
}

TEST_CASE("only the kernel that reads the variable in place may write over it") {
  Graph graph;
  const Value v = state(graph, "v", {4}, 1.0);
  const Value w = state(graph, "w", {2, 2}, 1.0);
  const Value x = input(graph, "x", {4});
  graph.update(v, exp(x));                                // does not read v
  graph.update(w, matmul(w, input(graph, "m", {2, 2})));  // is not elementwise
  CHECK(Planned(graph).plan().updated_in_place == std::vector<bool>{false, false});
}

TEST_CASE("a parameter that no update writes keeps its content, whatever is computed of it") {
  Graph graph;
  const Value w = graph.parameter("w", {4}, Initializer::constant(3.0));
  graph.output("y", tanh(neg(reshape(w, {2, 2}))));
  Execution execution = compile_plain(graph);
  execution.run();
  execution.run();
  CHECK(number(execution, "w") == 3.0);
}

TEST_CASE("variables that take each other's content are swapped") {
  Graph graph;
  const Value a = state(graph, "a", {3}, 1.0);
  const Value b = state(graph, "b", {3}, 2.0);
  const Value c = state(graph, "c", {3}, 3.0);
  graph.update(a, b);
  graph.update(b, c);
  graph.update(c, a);
  Execution execution = compile_plain(graph);
  execution.run();
  CHECK(number(execution, "a") == 2.0);
  CHECK(number(execution, "b") == 3.0);
  CHECK(number(execution, "c") == 1.0);
}

TEST_CASE("variables that take what is made of each other's old content") {
  Graph graph;
  const Value a = state(graph, "a", {3}, 1.0);
  const Value b = state(graph, "b", {3}, 10.0);
  graph.update(a, a + b);
  graph.update(b, a - b);
  graph.output("old", reshape(a, {3, 1}));
  Execution execution = compile_plain(graph);
  execution.run();
  CHECK(number(execution, "a") == 11.0);
  CHECK(number(execution, "b") == -9.0);
  CHECK(execution.get("old").number(0) == 1.0);
  execution.run();
  CHECK(number(execution, "a") == 2.0);
  CHECK(number(execution, "b") == 20.0);
}

TEST_CASE("two variables take one value, and a third the old content of one of them") {
  Graph graph;
  const Value a = state(graph, "a", {3}, 1.0);
  const Value b = state(graph, "b", {3}, 5.0);
  const Value c = state(graph, "c", {3}, 7.0);
  const Value next = a + 1.0;
  graph.update(a, next);
  graph.update(b, next);
  graph.update(c, b);
  Execution execution = compile_plain(graph);
  execution.run();
  execution.run();
  CHECK(number(execution, "a") == 3.0);
  CHECK(number(execution, "b") == 3.0);
  CHECK(number(execution, "c") == 2.0);
}

TEST_CASE("a variable takes an input, a constant, a piece of another variable, or itself") {
  Graph graph;
  const Value a = state(graph, "a", {2}, 1.0);
  const Value b = state(graph, "b", {2}, 1.0);
  const Value c = state(graph, "c", {2}, 1.0);
  const Value d = state(graph, "d", {2}, 1.0);
  const Value wide = state(graph, "wide", {4}, 1.0);
  graph.update(a, input(graph, "x", {2}));
  graph.update(b, graph.constant(Tensor::full({DType::f32, {2}}, 6.0)));
  graph.update(c, slice(wide, 0, 2, 4));
  graph.update(d, d);
  graph.update(wide, wide * 3.0);
  Execution execution = compile_plain(graph);
  execution.set("x", Tensor::full({DType::f32, {2}}, 5.0));
  execution.run();
  execution.run();
  CHECK(number(execution, "a") == 5.0);
  CHECK(number(execution, "b") == 6.0);
  CHECK(number(execution, "c") == 3.0);
  CHECK(number(execution, "d") == 1.0);
  CHECK(number(execution, "wide") == 9.0);
}

// ---- Against an interpreter that shares no memory

namespace {

/// Three runs of the execution and of the interpreter on the graph as it runs: the same bits in all outputs and
/// variables.
void check_against_interpreter(Execution execution, const Backend& backend, std::uint64_t seed) {
  TensorMap variables = execution.variables().snapshot();
  for (std::uint64_t run = 0; run < 3; ++run) {
    CAPTURE(run);
    const TensorMap inputs = fuzz::random_inputs(execution.graph(), seed * 10 + run);
    const TensorMap expected = interpret(execution.graph(), backend, inputs, variables);
    const TensorMap actual = execution.run(inputs);
    for (const auto& entry : expected) {
      const auto& [name, tensor] = entry;
      CAPTURE(entry.first);
      CHECK(actual.at(name) == tensor);
    }
    for (const auto& entry : variables) {
      const auto& [name, tensor] = entry;
      CAPTURE(entry.first);
      CHECK(execution.variables().get(name) == tensor);
    }
  }
  CHECK(execution.report().arena_bytes >= execution.report().lower_bound_bytes);
}

}  // namespace

TEST_CASE("random graphs have the same bits as in an interpreter that gives every value its own memory") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    const Graph graph = fuzz::random_graph(seed, {.nodes = 30, .differentiate = seed % 3 == 0, .updates = true});
    check_against_interpreter(compile(graph, reference_backend()), reference_backend(), seed);
    check_against_interpreter(compile_plain(graph), reference_backend(), seed);
  }
}

TEST_CASE("memory is shared in the random graphs") {
  std::size_t arena = 0;
  std::size_t naive = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Execution execution = compile_plain(fuzz::random_graph(seed));
    arena += execution.report().arena_bytes;
    naive += execution.report().naive_bytes;
  }
  CHECK(arena < naive);
}
