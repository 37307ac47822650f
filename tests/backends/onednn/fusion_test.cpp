// Fused kernels: the same bits as the nodes by themselves, over shapes that hit the ends of rows and vectors, by the code
// of each instruction set.

#include <doctest/doctest.h>

#include <limits>

#include "backends/onednn/codegen/fused_code.h"
#include "backends/runtime/program.h"
#include "backends/runtime/random_numbers.h"
#include "ops/fusion/space.h"
#include "ops/op_list.h"
#include "passes/autodiff/autodiff.h"
#include "tests/backends/onednn/test.h"

namespace weft {
namespace {

std::size_t fusions_in(const Graph& graph) {
  std::size_t count = 0;
  for (const NodeId id : graph.nodes()) count += graph.node(id).op->name == "fusion" ? 1 : 0;
  return count;
}

/// The instruction sets that this processor has.
std::vector<onednn::InstructionSet> instruction_sets() {
  std::vector<onednn::InstructionSet> sets{onednn::InstructionSet::avx2};
  if (onednn::instruction_set() == onednn::InstructionSet::avx512) sets.push_back(onednn::InstructionSet::avx512);
  return sets;
}

/// The outputs of a body by the code of an instruction set.
std::vector<Tensor> run_code(const std::shared_ptr<const Graph>& body, const TensorMap& inputs,
                             onednn::InstructionSet instructions) {
  std::vector<const void*> operands;
  for (const NodeId id : body->leaves(leaf::input)) operands.push_back(inputs.at(body->node(id).name).bytes().data());
  std::vector<Tensor> results;
  for (const Output& output : body->outputs()) results.emplace_back(body->type(output.value));
  std::vector<void*> addresses;
  for (Tensor& result : results) addresses.push_back(result.bytes().data());
  onednn::FusedCode(body, instructions).run({operands, addresses});
  return results;
}

/// Whether the code of all instruction sets gives the same bits for each body of the graph.
void check_instruction_sets(const Graph& graph) {
  for (const NodeId id : graph.nodes()) {
    if (graph.node(id).op != &op::fusion) continue;
    const auto& body = graph.node(id).attributes.get<std::shared_ptr<const Graph>>("body");
    const TensorMap inputs = test::draw_all(*body, 2);
    const std::vector<Tensor> expected = run_code(body, inputs, onednn::InstructionSet::avx2);
    for (const onednn::InstructionSet set : instruction_sets()) CHECK(run_code(body, inputs, set) == expected);
  }
}

/// Whether the graph gets at least one fusion, and gives the same bits with and without, on one thread and on two.
void check_bits(const Graph& graph) {
  const TensorMap inputs = test::draw_all(graph, 2);
  const Program fused = compile(graph, onednn_backend(), {.check_memory_plan = true});
  CHECK(fusions_in(fused.graph()) > 0);
  check_instruction_sets(fused.graph());
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

/// Numbers of all kinds, and those around which functions change their formulas; a prime number of them.
Tensor numbers_of_all_kinds(DType dtype) {
  using Limits = std::numeric_limits<float>;
  std::vector<double> numbers{0.0,   -0.0,  1.0,    -1.0,   0.5,          1.5,          2.5,  -0.5,  -1.5,
                              -2.5,  0.625, 0.9277, 17.0,   -24.0,        -103.5,       88.7, 89.5,  -104.5,
                              3e9,   -3e9,  1e-30,  -1e-30, 7.9,          -7.9,         1e30, -1e30, 1e-3,
                              -1e-3, 12345, -12345, 0.7,    2147483520.0, -2147483648.0};
  if (is_float(dtype))
    for (const float number : {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN(), Limits::denorm_min()})
      numbers.push_back(static_cast<double>(number));
  while (numbers.size() < 101) numbers.push_back(numbers[numbers.size() - 29] * 0.75);
  Tensor tensor(TensorType{dtype, {101}});
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double number = dtype == DType::i32       ? std::clamp(std::trunc(numbers[i]), -2147483648.0, 2147483647.0)
                          : dtype == DType::boolean ? static_cast<double>(numbers[i] > 0.0)
                                                    : numbers[i];
    tensor.set_number(static_cast<std::int64_t>(i), std::isnan(number) && !is_float(dtype) ? 0.0 : number);
  }
  return tensor;
}

/// The same numbers in another order.
Tensor shuffled(const Tensor& numbers) {
  Tensor other(numbers.type());
  for (std::int64_t i = 0; i < 101; ++i) other.set_number(i, numbers.number(i * 37 % 101));
  return other;
}

/// Equal bits, but for those of a NaN.
bool same_numbers(const Tensor& a, const Tensor& b) {
  for (std::int64_t i = 0; i < a.shape().volume(); ++i) {
    const double x = a.number(i);
    const double y = b.number(i);
    if (!(std::isnan(x) && std::isnan(y)) && (x != y || std::signbit(x) != std::signbit(y))) return false;
  }
  return a.type() == b.type();
}

/// A graph of one node, of inputs of those types; nothing when the op does not take them.
std::shared_ptr<const Graph> graph_of(const Op& op, const std::vector<DType>& types, Attributes attributes) {
  auto graph = std::make_shared<Graph>("body");
  std::vector<Value> operands;
  for (const DType type : types) operands.push_back(graph->input("x" + std::to_string(operands.size()), type, {101}));
  try {
    graph->output("y", graph->add(op, operands, std::move(attributes)).at(0));
  } catch (const Error&) {
    return nullptr;
  }
  return graph;
}

/// How many forms of the op give what its own kernel gives, to the bit.
int check_code_of(const Op& op, const std::vector<DType>& types, const Attributes& attributes = {}) {
  const std::shared_ptr<const Graph> graph = graph_of(op, types, attributes);
  if (graph == nullptr) return 0;
  TensorMap inputs;
  for (const DType type : types) {
    const Tensor numbers = numbers_of_all_kinds(type);
    inputs.emplace("x" + std::to_string(inputs.size()),
                   inputs.empty() ? numbers.converted_to(type) : shuffled(numbers));
  }
  TensorMap expected;
  try {
    expected = Execution(compile(*graph, onednn_backend())).run(inputs);
  } catch (const Error&) {
    return 0;  // the backend has no kernel for the type
  }
  for (const onednn::InstructionSet set : instruction_sets()) {
    CAPTURE(op.name);
    CAPTURE(to_string(types[0]));
    CHECK(same_numbers(run_code(graph, inputs, set).at(0), expected.at("y")));
  }
  return 1;
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
Value gated(Graph& graph, std::int64_t rows, std::int64_t columns) {
  const std::vector<Value> halves = split(f32_input(graph, "x", {rows, 2 * columns}), 2, 1);
  const Value gates = sigmoid(halves[1] + f32_input(graph, "bias", {columns}));
  return concat({halves[0] * gates, gates * 0.5, halves[0]}, 1);
}
Value cut_in_the_middle(Graph& graph, std::int64_t rows, std::int64_t columns) {
  const Value x = slice(f32_input(graph, "x", {rows + 1, 4, columns}), 1, 1, 3);
  return concat({softmax(x), tanh(x)}, 1);
}
/// Casts to bf16 in the middle, of rows' sums and of what is read, and a result in bf16.
Value rounded_to_bf16(Graph& graph, std::int64_t rows, std::int64_t columns) {
  const Value x = f32_input(graph, "x", {rows, columns});
  const Value y = cast(graph.input("y", DType::bf16, {rows, columns}), DType::f32);
  const Value column = cast(graph.input("column", DType::bf16, {columns}), DType::f32);
  const Value row = cast(cast(reduce_sum(x * y, {1}, true), DType::bf16), DType::f32);
  return cast(tanh(cast(cast(x * column, DType::bf16), DType::f32)) - row, DType::bf16);
}
/// More operands than there are registers for pointers, and one bool a row.
Value flags_of_rows(Graph& graph, std::int64_t rows, std::int64_t columns) {
  Value sum = f32_input(graph, "x", {rows, columns});
  for (int i = 0; i < 12; ++i) sum = sum + f32_input(graph, "x" + std::to_string(i), {rows, columns});
  return greater(reduce_sum(tanh(sum), {1}, true), graph.constant(0.0));
}
/// Rows of one number in bf16, read and written.
Value rows_in_bf16(Graph& graph, std::int64_t rows, std::int64_t columns) {
  const Value row = cast(graph.input("row", DType::bf16, {rows, 1}), DType::f32);
  return cast(reduce_max(f32_input(graph, "x", {rows, columns}) * row, {1}, true), DType::bf16);
}
Value drop(Value x, std::string_view stream) {
  return dropout(x, x.graph().constant(5.0, DType::i32), {.rate = 0.4, .seed = 3, .stream = stream});
}
Value dropped(Graph& graph, std::int64_t rows, std::int64_t columns) {
  const Value x = f32_input(graph, "x", {rows, columns});
  const Value step = graph.input("step", DType::i32, {});
  return dropout(relu(x), step, {.rate = 0.1, .stream = "x"}) + drop(tanh(x), "tanh");
}
Value dropped_beside_a_bias(Graph& graph, std::int64_t rows, std::int64_t columns) {
  const Value x = f32_input(graph, "x", {2, rows, columns});
  return drop(x + f32_input(graph, "bias", {columns}), "x") + f32_input(graph, "residual", {2, 1, columns});
}
Value dropped_before_a_norm(Graph& graph, std::int64_t rows, std::int64_t columns) {
  const Value residual = f32_input(graph, "residual", {rows, 3, columns});
  return layer_norm(residual + drop(f32_input(graph, "x", {rows, 3, columns}), "x"),
                    f32_input(graph, "gain", {columns}), f32_input(graph, "bias", {columns}));
}
Value dropped_parts(Graph& graph, std::int64_t rows, std::int64_t columns) {
  const std::vector<Value> halves = split(f32_input(graph, "x", {rows, 2 * columns}), 2, 1);
  return concat({drop(halves[0], "first"), halves[0] * drop(halves[1], "second")}, 1);
}
Value normalised_over_two_axes(Graph& graph, std::int64_t rows, std::int64_t columns) {
  const Value x = f32_input(graph, "x", {rows, 3, columns});
  return x * rsqrt(reduce_sum(square(x), {1, 2}, true) + 1.0);
}

}  // namespace

TEST_CASE("the code of every pointwise op gives what its kernel gives") {
  const std::vector<DType> types{DType::f32, DType::bf16, DType::i32, DType::boolean};
  for (const Op* op : all_ops().ops()) {
    if (!is_pointwise(*op) || op == &op::broadcast) continue;
    CAPTURE(op->name);
    int forms = 0;
    for (const DType type : types) {
      if (op == &op::cast)
        for (const DType to : types) forms += check_code_of(*op, {type}, {{"dtype", std::string(to_string(to))}});
      else if (op == &op::select)
        forms += check_code_of(*op, {DType::boolean, type, type});
      else if (type != DType::bf16)  // nothing is computed in it
        forms += check_code_of(*op, {type}) + check_code_of(*op, {type, type});
    }
    CHECK(forms > 0);
  }
}

TEST_CASE("fused kernels give the bits of single ones") {
  for (Build* build :
       {of_one_shape, with_rows_and_columns, with_masks, layer_norm_of, of_maxima, softmax_of, gated, cut_in_the_middle,
        spread_over_the_middle, normalised_over_two_axes, rounded_to_bf16, rows_in_bf16, flags_of_rows, dropped,
        dropped_beside_a_bias, dropped_before_a_norm, dropped_parts})
    for (const std::int64_t rows : {1, 2, 33, 130})
      for (const std::int64_t columns : {2, 15, 16, 65, 1025}) {
        CAPTURE(rows);
        CAPTURE(columns);
        Graph graph;
        graph.output("y", build(graph, rows, columns));
        check_bits(graph);
      }
}

TEST_CASE("a draw that equals the rate is kept, the next smaller one is dropped, by every instruction set") {
  constexpr std::int64_t count = 37;
  const Attributes attributes{{"rate", 0.0}, {"seed", std::int64_t{4}}, {"stream", std::string("x")}};
  const auto draws = NodeDraws(attributes, NodeDraws::Steps::keyed).of_step(-2);
  for (std::int64_t i = 0; i < count; ++i)
    for (const double rate : {draws.unit(i), draws.unit(i) + 0x1.0p-53}) {
      auto body = std::make_shared<Graph>("body");
      const Value x = f32_input(*body, "x", {count});
      const Value step = body->input("step", DType::i32, {});
      body->output("y", dropout(x, step, {.rate = rate, .seed = 4, .stream = "x"}));
      const TensorMap inputs{{"x", Tensor::full({DType::f32, {count}}, 1.0)},
                             {"step", Tensor::full({DType::i32, {}}, -2)}};
      const Tensor expected = Execution(compile(*body, onednn_backend())).run(inputs).at("y");
      CHECK((expected.number(i) != 0.0) == (rate == draws.unit(i)));
      for (const onednn::InstructionSet set : instruction_sets()) CHECK(run_code(body, inputs, set).at(0) == expected);
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

TEST_CASE("an LSTM cell written by hand is fused with the slices of its gates, each way") {
  Graph graph;
  const Value c = f32_input(graph, "c", {6, 20});
  const Value h = f32_input(graph, "h", {6, 20});
  const Value kernel = graph.parameter("kernel", {20, 80}, Initializer::uniform(-0.5, 0.5));
  const std::vector<Value> gates = split(matmul(h, kernel), 4, 1);
  const Value next = sigmoid(gates[1]) * c + sigmoid(gates[0]) * tanh(gates[2]);
  const Value output = graph.parameter("output", {20, 3}, Initializer::uniform(-0.5, 0.5));
  const Value loss = reduce_sum(square(matmul(sigmoid(gates[3]) * tanh(next), output)));
  graph.output("loss", loss);
  graph.output("next", next);
  graph.output("gradient", gradients(loss, {kernel})[0]);
  check_bits(graph);
  const Program program = compile(graph, onednn_backend());
  for (const NodeId id : program.graph().nodes()) {
    const Op& op = *program.graph().node(id).op;
    CAPTURE(op.name);
    CHECK((&op != &op::slice && &op != &op::pad && &op != &op::concat));
  }
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
  CHECK(refused([](Graph& body) {
          const Value x = f32_input(body, "a", {3, 5});
          body.output("y", x + drop(reduce_sum(x, {1}, true), "rows"));
        }) ==
        "fusion 'fusion': the body cannot hold dropout 'dropout': it numbers the elements of [3,1], not of [3,5]");
  CHECK(refused([](Graph& body) {
          const Value x = f32_input(body, "a", {3, 5});
          const Value step = cast(reduce_sum(x, {0, 1}), DType::i32);
          body.output("y", dropout(x, step, {.rate = 0.5, .stream = "x"}));
        }) == "fusion 'fusion': the body cannot hold dropout 'dropout': the body computes its step");
}

}  // namespace weft
