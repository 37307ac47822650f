#include "models/layers/layers.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "backends/check/gradient_check.h"
#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "graph/base/error.h"
#include "graph/base/random.h"
#include "ops/ops.h"
#include "tests/message_of.h"

using namespace weft;
using test::message_of;

namespace {

constexpr std::int64_t batch = 2;
constexpr std::int64_t steps = 5;
constexpr std::int64_t units = 6;

Value sequence(Graph& graph, DType dtype = DType::f32) { return graph.input("x", dtype, {batch, steps, units}); }

std::vector<std::string> parameters_of(const Graph& graph) {
  std::vector<std::string> names;
  for (const Value& parameter : graph.parameters())
    names.push_back(parameter.name() + " " + parameter.shape().to_string());
  return names;
}

Tensor drawn(const TensorType& type, std::uint64_t seed) {
  Tensor tensor(type);
  for (std::int64_t i = 0; i < type.shape.volume(); ++i)
    tensor.set_number(i, CounterRandom(seed, "x").uniform(static_cast<std::uint64_t>(i), -1.0, 1.0));
  return tensor;
}

}  // namespace

TEST_CASE("layers declare their parameters below their name") {
  Graph graph;
  const Value x = sequence(graph);
  CHECK(layers::dense(x, 4, "dense").shape() == Shape{batch, steps, 4});
  CHECK(layers::dense(x, 3, "plain", {.bias = false}).shape() == Shape{batch, steps, 3});
  CHECK(layers::embedding(graph.input("ids", DType::i32, {batch, 7}), 11, 3, "words").shape() == Shape{batch, 7, 3});
  CHECK(layers::layer_norm(x, "norm").type() == x.type());
  CHECK(layers::rms_norm(x, "rms").type() == x.type());
  CHECK(layers::gru(x, 4, "gru").shape() == Shape{batch, steps, 4});
  CHECK(layers::lstm(x, 4, "lstm").shape() == Shape{batch, steps, 4});
  CHECK(parameters_of(graph) ==
        std::vector<std::string>{"dense/kernel [6,4]", "dense/bias [4]", "plain/kernel [6,3]", "words/table [11,3]",
                                 "norm/gain [6]", "norm/bias [6]", "rms/gain [6]", "gru/kernel [6,12]",
                                 "gru/recurrent_kernel [4,12]", "gru/input_bias [12]", "gru/recurrent_bias [12]",
                                 "lstm/kernel [6,16]", "lstm/recurrent_kernel [4,16]", "lstm/bias [16]"});
  CHECK(layers::batch_norm(x, "batch", {.axis = -1}).type() == x.type());
  CHECK(layers::group_norm(x, 5, "group").type() == x.type());
  CHECK(graph.find("batch/running_mean"));
  CHECK(graph.type(graph.node(graph.find("batch/running_variance")).results[0]).shape == Shape{units});
  CHECK(graph.type(graph.node(graph.find("group/gain")).results[0]).shape == Shape{steps});
  const Graph::Scope scope = graph.scope("block");
  const Value picture = graph.input("picture", DType::f32, {batch, 4, 8, 9});
  CHECK(layers::conv(picture, 6, 3, "conv", {.strides = 2, .padding = 1}).shape() == Shape{batch, 6, 4, 5});
  CHECK(layers::conv(picture, 6, {1, 5}, "grouped", {.groups = 2, .bias = false}).shape() == Shape{batch, 6, 8, 5});
  const std::vector<std::string> names = parameters_of(graph);
  CHECK(
      std::vector<std::string>(names.end() - 3, names.end()) ==
      std::vector<std::string>{"block/conv/filter [6,4,3,3]", "block/conv/bias [6]", "block/grouped/filter [6,2,1,5]"});
  CHECK(layers::conv_block(picture, 6, 3, "convs", {.conv = {.padding = 1}}).shape() == Shape{batch, 6, 8, 9});
  const Value last = transpose(picture, {0, 2, 3, 1});
  CHECK(layers::conv(last, 6, {1, 5}, "last", {.groups = 2, .channels_last = true}).shape() == Shape{batch, 8, 5, 6});
  CHECK(graph.type(graph.node(graph.find("block/last/filter")).results[0]).shape == Shape{6, 2, 1, 5});
  CHECK(layers::conv_block(last, 6, 3, "last_block", {.conv = {.padding = 1, .channels_last = true}}).shape() ==
        Shape{batch, 8, 9, 6});
  CHECK(graph.type(graph.node(graph.find("block/last_block/norm/gain")).results[0]).shape == Shape{6});
  CHECK(graph.find("block/convs/conv/filter"));
  CHECK_FALSE(graph.find("block/convs/conv/bias"));
  CHECK(graph.find("block/convs/norm/running_mean"));
  const layers::Recurrent stack =
      layers::recurrent(x, 4, "stack", {.cell = layers::CellKind::lstm, .layers = 2, .bidirectional = true});
  CHECK(stack.outputs.shape() == Shape{batch, steps, 8});
  CHECK(stack.states.size() == 2);
  const std::vector<std::string> of_stack = parameters_of(graph);
  CHECK(std::vector<std::string>(of_stack.end() - 12, of_stack.end()) ==
        std::vector<std::string>{"block/stack/kernel [6,16]", "block/stack/recurrent_kernel [4,16]",
                                 "block/stack/bias [16]", "block/stack/backward/kernel [6,16]",
                                 "block/stack/backward/recurrent_kernel [4,16]", "block/stack/backward/bias [16]",
                                 "block/stack/layer1/kernel [8,16]", "block/stack/layer1/recurrent_kernel [4,16]",
                                 "block/stack/layer1/bias [16]", "block/stack/layer1/backward/kernel [8,16]",
                                 "block/stack/layer1/backward/recurrent_kernel [4,16]",
                                 "block/stack/layer1/backward/bias [16]"});
  layers::transformer_block(x, 8, "first", {.heads = 2});
  CHECK(graph.find("block/first/attention/query_key_value/kernel"));
  CHECK(graph.find("block/first/feed_forward_output/bias"));
  for (const Value& parameter : graph.parameters()) {
    CAPTURE(parameter.name());
    CHECK(std::string_view(graph.node(parameter.producer()).declared.file) == __FILE__);
  }
}

TEST_CASE("what does not fit is said of the layer") {
  Graph graph;
  const Value x = sequence(graph);
  layers::dense(x, 4, "dense");
  CHECK(message_of([&] {
          layers::dense(x, 4, "dense", {}, {"model.cpp", 8});
        }).starts_with("parameter 'dense/kernel': the name is in use in graph 'graph'\n  it was declared at "));
  const Value picture = graph.input("picture", DType::f32, {batch, 4, 8, 9});
  CHECK(message_of([&] {
          layers::conv(x, 6, {3, 3}, "conv");
        }) == "conv 'conv': x is f32[2,5,6]: a batch, channels and 2 spatial axes, as the window has, are needed");
  CHECK(message_of([&] { layers::conv(picture, 6, 3, "conv", {.groups = 3}); }) ==
        "conv 'conv': the channels of x f32[2,4,8,9] do not fall into 3 groups");
  CHECK(message_of([&] { layers::self_attention(x, "attention", {.heads = 4}); }) ==
        "self_attention 'attention': 6 units are no multiple of 4 heads");
  CHECK(message_of([&] { layers::self_attention(x, "attention", {.heads = 0}); }) ==
        "self_attention 'attention': 6 units are no multiple of 0 heads");
  const Value flat = graph.input("flat", DType::f32, {3, units});
  CHECK(message_of([&] { layers::self_attention(flat, "attention", {}); }) ==
        "self_attention 'attention': x is f32[3,6]: [batch, time, units] is needed");
  CHECK(message_of([&] { layers::gru(flat, 3, "gru"); }) == "gru 'gru': x is f32[3,6]: [batch, time, in] is needed");
  const Value scalar = graph.input("scalar", DType::f32, {});
  CHECK(message_of([&] { layers::batch_norm(flat, "norm", {.axis = 2}); }) ==
        "batch_norm 'norm': x is f32[3,6]: it has no axis 2 of channels");
  CHECK(message_of([&] { layers::batch_norm(flat, "momentum", {.momentum = 2.0}); }) ==
        "batch_norm 'momentum': the momentum 2 is not in [0, 1]");
  CHECK(message_of([&] {
          layers::batch_norm(graph.input("one", DType::f32, {1, 6}), "one_row");
        }) == "batch_norm 'one_row': x is f32[1,6]: one element a channel has no variance to train on");
  CHECK(message_of([&] { layers::group_norm(scalar, 2, "norm"); }) ==
        "group_norm 'norm': x is f32[]: it has no axis 1 of channels");
  const Value position = graph.input("position", DType::i32, {});
  CHECK(message_of([&] { layers::self_attention(x, "cached", {.cache = {.position = position, .capacity = 4}}); }) ==
        "self_attention 'cached': a cache needs a position of i32[] and a capacity for all steps of x at least: "
        "x f32[2,5,6], position i32[], capacity 4");
  CHECK(message_of([&] { layers::dense(scalar, 3, "one"); }) ==
        "dense 'one': x is a scalar, f32[]: an axis [..., in] is needed");
  CHECK(message_of([&] { layers::layer_norm(scalar, "norm"); }) ==
        "layer_norm 'norm': x is a scalar, f32[]: an axis [..., units] is needed");
}

TEST_CASE("a recurrent layer read backwards is one of the sequence turned round, and a short row keeps its state") {
  for (const layers::CellKind cell : {layers::CellKind::gru, layers::CellKind::lstm}) {
    Graph graph;
    const Value x = sequence(graph, DType::f64);
    const Value lengths = graph.input("lengths", DType::i32, {batch});
    layers::RecurrentOptions options{.cell = cell, .bidirectional = true};
    const layers::Recurrent both = layers::recurrent(x, 4, "both", options);
    graph.output("backward", slice(both.outputs, 2, 4, 8));
    graph.output("first", both.states[0].backward.h);
    options.lengths = lengths;
    graph.output("short", layers::recurrent(x, 4, "short", options).outputs);
    graph.output("forward", layers::recurrent(flip(x, 1), 4, "plain", {.cell = cell}).outputs);
    Execution execution = compile(graph, reference_backend());
    Variables& variables = execution.variables();
    for (const std::string& name : variables.names())
      variables.set(name, drawn(variables.get(name).type(), name.ends_with("bias") ? 1 : name.size() % 2));
    for (const std::string name : {"kernel", "recurrent_kernel", "bias", "input_bias", "recurrent_bias"}) {
      if (!variables.contains("plain/" + name)) continue;
      variables.set("plain/" + name, variables.get("both/backward/" + name));
      variables.set("short/" + name, variables.get("both/" + name));
      variables.set("short/backward/" + name, variables.get("both/backward/" + name));
    }
    const TensorMap results = execution.run({{"x", drawn({DType::f64, {batch, steps, units}}, 3)},
                                             {"lengths", Tensor::of<std::int32_t>({batch}, {2, steps})}});
    const auto at = [&](const char* name, std::int64_t row, std::int64_t t, std::int64_t unit, std::int64_t width) {
      return results.at(name).number((row * steps + t) * width + unit);
    };
    for (std::int64_t row = 0; row < batch; ++row)
      for (std::int64_t unit = 0; unit < 4; ++unit) {
        for (std::int64_t t = 0; t < steps; ++t) {
          CHECK(at("backward", row, t, unit, 4) == at("forward", row, steps - 1 - t, unit, 4));
          if (t >= 2) CHECK(at("short", 0, t, unit, 8) == at("short", 0, 1, unit, 8));  // carried over
          if (t >= 2) CHECK(at("short", 0, t, unit + 4, 8) == 0.0);                     // not begun
        }
        CHECK(results.at("first").number(row * 4 + unit) == at("backward", row, 0, unit, 4));
      }
  }
}

TEST_CASE("dropout has draws of its own in each run, and is nothing where nothing is trained") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {64});
  CHECK(layers::Dropout()(x, 0.5) == x);
  const layers::Dropout dropout(graph, 3);
  CHECK(dropout(x, 0.0) == x);
  graph.output("a", dropout(x, 0.5));
  graph.output("b", dropout(x, 0.5));
  graph.output(
      "stack",
      layers::recurrent(reshape(x, {2, 4, 8}), 3, "stack", {.layers = 2, .dropout = 0.5, .draws = dropout}).outputs);
  std::size_t drops = 0;
  for (const NodeId id : graph.nodes()) drops += graph.node(id).op->name == "dropout" ? 1 : 0;
  CHECK(drops == 2 + 4);  // of each step of the second layer
  Execution execution = compile(graph, onednn_backend());
  const TensorMap inputs{{"x", Tensor::full({DType::f32, {64}}, 1.0)}};
  const TensorMap first = execution.run(inputs), second = execution.run(inputs);
  CHECK(first.at("a") != first.at("b"));
  CHECK(first.at("a") != second.at("a"));
  CHECK(execution.variables().get("dropout/step").number(0) == 2);
}

TEST_CASE("attention is the mean of the values by their scores, head by head") {
  constexpr std::int64_t heads = 2;
  constexpr std::int64_t width = units / heads;
  for (const bool causal : {false, true}) {
    CAPTURE(causal);
    Graph graph;
    graph.output("y", layers::self_attention(sequence(graph, DType::f64), "a", {.heads = heads, .causal = causal}));
    Execution execution = compile(graph, reference_backend());
    Variables& variables = execution.variables();
    for (const std::string& name : variables.names())
      variables.set(name, drawn(variables.get(name).type(), name.size()));
    const Tensor x = drawn({DType::f64, {batch, steps, units}}, 1);
    const Tensor y = execution.run({{"x", x}}).at("y");

    const Tensor& kernel = variables.get("a/query_key_value/kernel");
    const Tensor& bias = variables.get("a/query_key_value/bias");
    const auto projected = [&](std::int64_t row, std::int64_t t, std::int64_t column) {
      double sum = bias.number(column);
      for (std::int64_t i = 0; i < units; ++i)
        sum += x.number((row * steps + t) * units + i) * kernel.number(i * 3 * units + column);
      return sum;
    };
    const auto attended = [&](std::int64_t row, std::int64_t t, std::int64_t unit) {
      const std::int64_t head = unit / width * width;
      double total = 0;
      double mean = 0;
      for (std::int64_t s = 0; s < (causal ? t + 1 : steps); ++s) {
        double score = 0;
        for (std::int64_t i = head; i < head + width; ++i) score += projected(row, t, i) * projected(row, s, units + i);
        const double weight = std::exp(score / std::sqrt(static_cast<double>(width)));
        total += weight;
        mean += weight * projected(row, s, 2 * units + unit);
      }
      return mean / total;
    };
    for (std::int64_t row = 0; row < batch; ++row)
      for (std::int64_t t = 0; t < steps; ++t)
        for (std::int64_t unit = 0; unit < units; ++unit) {
          double expected = variables.get("a/output/bias").number(unit);
          for (std::int64_t i = 0; i < units; ++i)
            expected += attended(row, t, i) * variables.get("a/output/kernel").number(i * units + unit);
          CHECK(y.number((row * steps + t) * units + unit) == doctest::Approx(expected).epsilon(1e-10));
        }
  }
}

TEST_CASE("batch_norm keeps running statistics, as PyTorch has them, and infers with them") {
  const auto graph_of = [](bool training) {
    Graph graph;
    graph.output("y", layers::batch_norm(graph.input("x", DType::f64, {2, 1}), "norm", {.training = training}));
    return graph;
  };
  Execution train(compile(graph_of(true), reference_backend()));
  // Mean 4, variance 9, or 18 with one less than the number of elements as divisor.
  const Tensor x = Tensor::of<double>({2, 1}, {1.0, 7.0});
  CHECK(train.run({{"x", x}}).at("y").number(0) == doctest::Approx(-1.0).epsilon(1e-6));
  CHECK(train.variables().get("norm/running_mean").number(0) == doctest::Approx(0.4).epsilon(1e-12));
  CHECK(train.variables().get("norm/running_variance").number(0) == doctest::Approx(0.9 + 1.8).epsilon(1e-12));
  train.run({{"x", x}});
  CHECK(train.variables().get("norm/running_mean").number(0) == doctest::Approx(0.9 * 0.4 + 0.4).epsilon(1e-12));

  Execution infer(compile(graph_of(false), reference_backend()));
  infer.variables().set("norm/running_mean", Tensor::of<double>({1}, {3.0}));
  infer.variables().set("norm/running_variance", Tensor::of<double>({1}, {4.0}));
  infer.variables().set("norm/gain", Tensor::of<double>({1}, {5.0}));
  infer.variables().set("norm/bias", Tensor::of<double>({1}, {2.0}));
  for (int run = 0; run < 2; ++run)
    CHECK(infer.run({{"x", x}}).at("y").number(1) == doctest::Approx(2.0 + 5.0 * (7.0 - 3.0) / 2.0).epsilon(1e-5));
}

TEST_CASE("a sequence that is continued by some steps at a time is what it is at once") {
  constexpr std::int64_t capacity = 7;
  const auto network = [](Value x, const layers::AttentionOptions& options) {
    return layers::transformer_block(layers::transformer_block(x, 9, "first", options), 8, "second", options);
  };
  for (const Backend* backend : {&reference_backend(), &onednn_backend()})
    for (const bool rotary : {false, true}) {
      CAPTURE(backend->name());
      CAPTURE(rotary);
      Graph whole;
      whole.output("y", network(sequence(whole), {.heads = 3, .causal = true, .rotary = rotary}));
      const auto variables = std::make_shared<Variables>(1);
      Execution at_once(compile(whole, *backend), {.variables = variables});

      const auto continued = [&](std::int64_t count) {
        Graph graph("continued");
        const Value position = graph.state("position", {DType::i32, Shape{}});
        graph.update(position, position + graph.constant(static_cast<double>(count), DType::i32));
        graph.output("y",
                     network(graph.input("x", DType::f32, {batch, count, units}),
                             {.heads = 3, .rotary = rotary, .cache = {.position = position, .capacity = capacity}}));
        return Execution(compile(graph, *backend), {.variables = variables});
      };
      std::map<std::int64_t, Execution> by_count;
      for (std::int64_t count = 1; count <= steps; ++count) by_count.emplace(count, continued(count));

      // Each sequence finds what the one before has left.
      std::uint64_t seed = 1;
      for (const std::vector<std::int64_t>& counts :
           std::vector<std::vector<std::int64_t>>{{1, 1, 1, 1, 1}, {3, 1, 1}, {1, 4}, {2, 3}, {steps}}) {
        const Tensor x = drawn({DType::f32, {batch, steps, units}}, seed++);
        const Tensor expected = at_once.run({{"x", x}}).at("y");
        variables->set("position", Tensor({DType::i32, Shape{}}));
        std::int64_t begin = 0;
        for (const std::int64_t count : counts) {
          const auto index = [begin, count](std::int64_t i) {
            const std::int64_t row = i / (count * units);
            return (row * steps + begin) * units + i % (count * units);
          };
          Tensor part({DType::f32, {batch, count, units}});
          for (std::int64_t i = 0; i < part.shape().volume(); ++i) part.set_number(i, x.number(index(i)));
          const Tensor y = by_count.at(count).run({{"x", part}}).at("y");
          for (std::int64_t i = 0; i < y.shape().volume(); ++i)
            CHECK(y.number(i) == doctest::Approx(expected.number(index(i))).epsilon(1e-4));
          begin += count;
        }
      }
      variables->set("position", Tensor::full({DType::i32, Shape{}}, static_cast<double>(capacity - 1)));
      const Tensor x({DType::f32, {batch, 2, units}});
      CHECK(message_of([&] {
              by_count.at(2).run({{"x", x}});
            }) == "embedding 'first/attention/position': id 7 at index 1 is outside of the table of 7 rows");
    }
}

TEST_CASE("rotary attention depends on how far steps are apart, not on where they are") {
  Graph graph;
  const Value query = graph.input("query", DType::f64, {1, 6});
  const Value key = graph.input("key", DType::f64, {1, 6});
  const auto score = [&](std::int32_t of_query, std::int32_t of_key) {
    const auto turned = [&](Value x, std::int32_t place) {
      return rotary_embedding(x, graph.constant(Tensor::of<std::int32_t>({1}, {place})));
    };
    return matmul(turned(query, of_query), turned(key, of_key), false, true);
  };
  graph.output("near", score(3, 1));
  graph.output("far", score(103, 101));
  graph.output("other", score(4, 1));
  const TensorMap results = Execution(compile(graph, reference_backend()))
                                .run({{"query", drawn(query.type(), 4)}, {"key", drawn(key.type(), 5)}});
  CHECK(results.at("near").number(0) == doctest::Approx(results.at("far").number(0)).epsilon(1e-12));
  CHECK(std::abs(results.at("near").number(0) - results.at("other").number(0)) > 1e-3);
}

TEST_CASE("what comes later does not change a causal block") {
  Graph graph;
  graph.output("y", layers::transformer_block(sequence(graph), 9, "block", {.heads = 3, .causal = true}));
  Execution execution = compile(graph);
  Tensor x = drawn({DType::f32, {batch, steps, units}}, 1);
  const Tensor before = execution.run({{"x", x}}).at("y");
  for (std::int64_t unit = 0; unit < units; ++unit) x.set_number(3 * units + unit, 7.0);  // of row 0, step 3
  const Tensor after = execution.run({{"x", x}}).at("y");
  for (std::int64_t i = 0; i < before.shape().volume(); ++i) {
    const std::int64_t step = i / units;
    CHECK((before.number(i) == after.number(i)) == (step < 3 || step >= steps));
  }
}

TEST_CASE("recurrent layers are their cells, one step after another") {
  Graph graph;
  const Value x = sequence(graph, DType::f64);
  const Value all = layers::lstm(x, 3, "lstm");
  const std::vector<Value> w = graph.parameters();
  const Value zeros = broadcast(graph.constant(0.0, DType::f64), {batch, 3});
  LstmState state{zeros, zeros};
  for (std::int64_t t = 0; t < 3; ++t)
    state = lstm_cell(reshape(slice(x, 1, t, t + 1), {batch, units}), state, {w[0], w[1], w[2]});
  graph.output("layer", reshape(slice(all, 1, 2, 3), {batch, 3}));
  graph.output("cells", state.h);
  const TensorMap results = Execution(compile(graph, reference_backend())).run({{"x", drawn(x.type(), 4)}});
  CHECK(results.at("layer") == results.at("cells"));
}

TEST_CASE("gradients of the layers are those of their formulas") {
  const auto passes = [](const std::function<Value(Value)>& layer) {
    Graph graph;
    graph.output("y", layer(sequence(graph)));
    for (const GradientCheck& check : check_gradients(graph, {.most_elements = 20})) {
      CAPTURE(check.input);
      CHECK(check.worst_error < 1e-6);
    }
  };
  passes([](Value x) { return layers::gru(x, 3, "gru"); });
  passes([](Value x) { return layers::lstm(x, 3, "lstm"); });
  passes([](Value x) { return layers::transformer_block(x, 7, "block", {.heads = 2, .causal = true}); });
  passes([](Value x) { return layers::self_attention(x, "attention", {.heads = 1, .rotary = true}); });
  passes([](Value x) { return layers::batch_norm(x, "norm"); });
  passes([](Value x) { return layers::group_norm(x, 5, "norm"); });
}
