#include "backends/runtime/execution.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/variables_file.h"
#include "graph/base/error.h"
#include "graph/io/safetensors.h"
#include "ops/ops.h"
#include "ops/optimisers.h"
#include "passes/autodiff/autodiff.h"
#include "tests/temporary_folder.h"

using namespace weft;
using test::message_of;

namespace {

Tensor ones(const Shape& shape) { return Tensor::full({DType::f32, shape}, 1.0); }

/// y = x W + b for so many rows, with W and b shared by name; and a count of runs.
Graph layer(std::int64_t rows, std::int64_t in = 3) {
  Graph graph("layer");
  const Value x = graph.input("x", DType::f32, {rows, in});
  const Value kernel = graph.parameter("kernel", {in, 2}, Initializer::glorot_uniform());
  const Value bias = graph.parameter("bias", {2}, Initializer::uniform(-1, 1));
  graph.output("y", dense(x, kernel, bias));
  const Value runs = graph.state("runs", {DType::i32, {}});
  graph.update(runs, runs + 1.0);
  return graph;
}

/// A step of training on a layer: the bits depend on the order of everything.
Graph training(std::int64_t rows) {
  Graph graph("training");
  const Value x = graph.input("x", DType::f32, {rows, 3});
  const Value kernel = graph.parameter("kernel", {3, 64}, Initializer::glorot_uniform());
  const Value bias = graph.parameter("bias", {64}, Initializer::zeros());
  const Value loss = reduce_mean(tanh(dense(x, kernel, bias)) * 3.0);
  const std::vector<Value> parameters{kernel, bias};
  graph.output("loss", loss);
  Adam(graph).update(parameters, gradients(loss, parameters), 0.01);
  return graph;
}

Tensor ramp(const Shape& shape) {
  Tensor tensor({DType::f32, shape});
  for (std::int64_t i = 0; i < shape.volume(); ++i) tensor.set_number(i, 0.1 * static_cast<double>(i % 17) - 0.8);
  return tensor;
}

/// What the execution makes of x = ramp, by hand: W and b as the variables have them.
void check_layer(Execution& execution, std::int64_t rows) {
  const Tensor x = ramp({rows, 3});
  const Tensor y = execution.run(TensorMap{{"x", x}}).at("y");
  const Tensor kernel = execution.variables().get("kernel");
  const Tensor bias = execution.variables().get("bias");
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t column = 0; column < 2; ++column) {
      double expected = bias.number(column);
      for (std::int64_t k = 0; k < 3; ++k) expected += x.number(row * 3 + k) * kernel.number(k * 2 + column);
      CHECK(y.number(row * 2 + column) == doctest::Approx(expected).epsilon(1e-5));
    }
}

}  // namespace

// ---- Inputs and outputs by name

TEST_CASE("unknown names are refused with those that there are") {
  Graph graph("sum");
  const Value a = graph.input("a", DType::f32, {2});
  const Value b = graph.input("b", DType::f32, {2});
  graph.output("total", a + b);
  graph.output("difference", a - b);
  const Execution execution = compile(graph, reference_backend());
  CHECK(message_of([&] { execution.input("c"); }) == "graph 'sum' has no input 'c'; there are a, b");
  CHECK(message_of([&] { execution.input("total"); }) == "graph 'sum' has no input 'total'; there are a, b");
  CHECK(message_of([&] { execution.output("sum"); }) == "graph 'sum' has no output 'sum'; there are difference, total");
  CHECK(message_of([&] { (void)execution.get("a"); }) == "graph 'sum' has no output 'a'; there are difference, total");
  Graph empty("empty");
  const Execution nothing = compile(empty, reference_backend());
  CHECK(message_of([&] { nothing.input("x"); }) == "graph 'empty' has no input 'x'; there are none");
  CHECK(message_of([&] { nothing.output("x"); }) == "graph 'empty' has no output 'x'; there are none");
}

TEST_CASE("a tensor of the wrong type is refused with both types") {
  Execution execution = compile(layer(2), reference_backend());
  CHECK(message_of([&] { execution.set("x", ones({3, 2})); }) == "the input 'x' is f32[2,3], it is set to f32[3,2]");
  CHECK(message_of([&] {
          execution.set("x", Tensor::full({DType::f64, {2, 3}}, 1));
        }) == "the input 'x' is f32[2,3], it is set to f64[2,3]");
  CHECK(message_of([&] { (void)execution.input("x").as<double>(); }) == "a f32[2,3] tensor is accessed as f64");
}

TEST_CASE("running with inputs by name: a missing one and one too many are refused") {
  Execution execution = compile(layer(2), reference_backend());
  CHECK(message_of([&] { execution.run(TensorMap{}); }) == "the input 'x' f32[2,3] is not given");
  CHECK(message_of([&] {
          execution.run(TensorMap{{"x", ones({2, 3})}, {"y", ones({1})}});
        }) == "graph 'layer' has no input 'y'; there are x");
  CHECK(execution.run(TensorMap{{"x", ones({2, 3})}}).size() == 1);
}

TEST_CASE("inputs that nobody reads are there nevertheless") {
  Graph graph;
  graph.input("unused", DType::i32, {5});
  graph.output("y", graph.input("x", DType::f32, {2}));
  Execution execution = compile(graph, reference_backend());
  CHECK(execution.run(TensorMap{{"unused", Tensor({DType::i32, {5}})}, {"x", ones({2})}}).at("y") == ones({2}));
}

TEST_CASE("the content of an input stays across runs, that of an output until the next run") {
  Execution execution = compile(layer(2), reference_backend());
  const TensorView input = execution.input("x");
  execution.set("x", ramp({2, 3}));
  execution.run();
  const Tensor first = execution.get("y");
  execution.run();
  CHECK(execution.get("y") == first);
  CHECK(execution.input("x").data == input.data);
  CHECK(input.as<float>()[0] == -0.8F);
  Execution moved = std::move(execution);
  moved.run();
  CHECK(moved.input("x").data == input.data);
  CHECK(moved.get("y") == first);
}

TEST_CASE("one value may be several outputs, and leaves may be outputs") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2});
  const Value y = exp(x);
  graph.output("a", y);
  graph.output("b", y);
  graph.output("c", x);
  graph.output("d", graph.constant(4.0));
  const TensorMap results = Execution(compile(graph, reference_backend())).run(TensorMap{{"x", ones({2})}});
  CHECK(results.at("a") == results.at("b"));
  CHECK(results.at("c") == ones({2}));
  CHECK(results.at("d").number(0) == 4.0);
}

// ---- Variables and arenas

TEST_CASE("executions of two shapes share their variables") {
  const auto variables = std::make_shared<Variables>(5);
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    CAPTURE(backend->name());
    Execution small(compile(layer(2), *backend), {.variables = variables});
    Execution large(compile(layer(7), *backend), {.variables = variables});
    CHECK(&small.variables() == &large.variables());
    check_layer(small, 2);
    check_layer(large, 7);
    variables->set("kernel", ones({3, 2}));  // both see it, also where a packed copy was kept
    check_layer(small, 2);
    check_layer(large, 7);
  }
  CHECK(variables->get("runs").number(0) == 8.0);
}

TEST_CASE("training in one shape changes what another one computes") {
  const auto variables = std::make_shared<Variables>(5);
  Graph forward("forward");
  const Value x = forward.input("x", DType::f32, {1, 3});
  forward.output("y", dense(x, forward.parameter("kernel", {3, 64}, Initializer::glorot_uniform()),
                            forward.parameter("bias", {64}, Initializer::zeros())));
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    CAPTURE(backend->name());
    Execution train(compile(training(8), *backend), {.variables = variables});
    Execution use(compile(forward, *backend), {.variables = variables});
    const Tensor before = use.run(TensorMap{{"x", ones({1, 3})}}).at("y");
    train.run(TensorMap{{"x", ramp({8, 3})}});
    const Tensor after = use.run(TensorMap{{"x", ones({1, 3})}}).at("y");
    const Tensor kernel = variables->get("kernel");
    CHECK_FALSE(after == before);
    for (std::int64_t i = 0; i < 64; ++i)
      CHECK(after.number(i) == doctest::Approx(kernel.number(i) + kernel.number(64 + i) + kernel.number(128 + i) +
                                               variables->get("bias").number(i))
                                   .epsilon(1e-5));
  }
}

TEST_CASE("a variable of another type is refused, and unknown ones are named") {
  const auto variables = std::make_shared<Variables>();
  Execution(compile(layer(2), reference_backend()), {.variables = variables});
  CHECK(message_of([&] { Execution(compile(layer(2, 4), reference_backend()), {.variables = variables}); }) ==
        "the variable 'kernel' is f32[3,2], the graph 'layer' declares f32[4,2]");
  CHECK(message_of([&] { (void)variables->get("kernal"); }).starts_with("there is no variable 'kernal'"));
  CHECK(message_of([&] {
          variables->set("kernel", ones({2, 3}));
        }) == "the variable 'kernel' is f32[3,2], it is set to f32[2,3]");
  CHECK(variables->names() == std::vector<std::string>{"bias", "kernel", "runs"});
  CHECK(variables->contains("bias"));
  CHECK_FALSE(variables->contains("y"));
}

TEST_CASE("states live across runs") {
  Execution execution = compile(layer(2), onednn_backend());
  execution.set("x", ones({2, 3}));
  for (int i = 0; i < 5; ++i) execution.run();
  CHECK(execution.variables().get("runs").number(0) == 5.0);
}

TEST_CASE("a shared arena that grows under a bound execution leaves its results right") {
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    CAPTURE(backend->name());
    const auto arena = std::make_shared<Arena>();
    const auto variables = std::make_shared<Variables>();
    Execution small(compile(training(2), *backend), {.variables = variables, .arena = arena});
    Execution alone(compile(training(2), *backend), {.seed = 1});
    const auto check_step = [&] {
      const Tensor expected = alone.run(TensorMap{{"x", ramp({2, 3})}}).at("loss");
      CHECK(small.run(TensorMap{{"x", ramp({2, 3})}}).at("loss") == expected);
    };
    check_step();
    const std::size_t before = arena->bytes();
    Execution large(compile(training(20'000), *backend), {.arena = arena});
    REQUIRE(arena->bytes() > before);
    check_step();
    large.run(TensorMap{{"x", ramp({20'000, 3})}});  // writes all over the arena
    check_step();
    CHECK(variables->get("kernel") == alone.variables().get("kernel"));
  }
}

TEST_CASE("an arena that cannot grow says so, and what was compiled before still runs") {
  const auto arena = std::make_shared<Arena>();
  Execution execution(compile(training(2), reference_backend()), {.arena = arena});
  execution.run(TensorMap{{"x", ramp({2, 3})}});
  const std::string message = message_of([&] { arena->reserve(std::size_t{1} << 62); });
  CHECK(message.starts_with("there is not enough memory for an arena of 4611686018427387904 bytes"));
  const Tensor loss = execution.run(TensorMap{{"x", ramp({2, 3})}}).at("loss");
  CHECK(std::isfinite(loss.number(0)));
}

// ---- Determinism

TEST_CASE("the same program gives the same bits, run after run and from one execution to the next") {
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    CAPTURE(backend->name());
    const auto train = [&] {
      Execution execution(compile(training(33), *backend), {.seed = 9});
      for (int i = 0; i < 10; ++i) execution.run(TensorMap{{"x", ramp({33, 3})}});
      return execution.variables().snapshot();
    };
    CHECK(train() == train());
  }
}

TEST_CASE("a seed decides the parameters, and nothing else does") {
  const auto kernel = [](const Graph& graph, std::uint64_t seed) {
    return Execution(compile(graph, reference_backend()), {.seed = seed}).variables().get("kernel");
  };
  CHECK(kernel(layer(2), 1) == kernel(layer(2), 1));
  CHECK_FALSE(kernel(layer(2), 1) == kernel(layer(2), 2));
  Graph larger = layer(2);
  larger.parameter("another", {5, 5}, Initializer::glorot_uniform());
  CHECK(kernel(larger, 1) == kernel(layer(2), 1));
  CHECK(kernel(layer(2), 1) == kernel(layer(9), 1));
}

// ---- Errors of a run and of compiling

TEST_CASE("bad data names its node, and the execution can be run again") {
  Graph graph;
  const Value ids = graph.input("ids", DType::i32, {2});
  const Value table = graph.parameter("table", {4, 3}, Initializer::ones());
  graph.output("y", embedding(table, ids).named("words"));
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    CAPTURE(backend->name());
    Execution execution = compile(graph, *backend);
    for (const std::int32_t bad : {4, -1, std::numeric_limits<std::int32_t>::min()}) {
      const std::string message = message_of([&] {
        execution.run(TensorMap{{"ids", Tensor::of<std::int32_t>({2}, std::vector{0, bad})}});
      });
      CHECK(message.starts_with("embedding 'words': "));
      CHECK(message.find(std::to_string(bad)) != std::string::npos);
    }
    CHECK(execution.run(TensorMap{{"ids", Tensor::of<std::int32_t>({2}, std::vector{0, 3})}}).at("y") == ones({2, 3}));
  }
}

TEST_CASE("bad data in constants, which folding meets, names its node, too") {
  Graph graph;
  const Value ids = graph.constant(Tensor::of<std::int32_t>({2}, std::vector{0, 4}));
  const Value table = graph.constant(Tensor::full({DType::f32, {4, 3}}, 1.0));
  graph.output("y", embedding(table, ids).named("words"));
  CHECK(message_of([&] { compile(graph, reference_backend()); }).starts_with("embedding 'words': "));
}

TEST_CASE("after a run that failed, no kernel works on an outdated copy of a variable") {
  // The counter's update is computed before the look-up fails, and may be written already.
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 64});
  const Value kernel = graph.parameter("kernel", {64, 64}, Initializer::glorot_uniform());
  const Value y = matmul(x, kernel);
  graph.output("y", y);
  graph.update(kernel, kernel * 2.0);
  const Value ids = graph.input("ids", DType::i32, {2});
  graph.output("words", embedding(graph.parameter("table", {4, 3}, Initializer::ones()), ids));
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    CAPTURE(backend->name());
    Execution execution = compile(graph, *backend);
    execution.set("x", ones({2, 64}));
    execution.set("ids", Tensor::of<std::int32_t>({2}, std::vector{0, 0}));
    execution.run();
    execution.set("ids", Tensor::of<std::int32_t>({2}, std::vector{0, 9}));
    CHECK_THROWS_AS(execution.run(), Error);
    const Tensor now = execution.variables().get("kernel");
    execution.set("ids", Tensor::of<std::int32_t>({2}, std::vector{0, 1}));
    execution.run();
    double expected = 0.0;
    for (std::int64_t i = 0; i < 64; ++i) expected += now.number(i * 64);
    CHECK(execution.get("y").number(0) == doctest::Approx(expected).epsilon(1e-5));
  }
}

TEST_CASE("passes that do not exist, and the one that compiling needs, cannot be left out") {
  CHECK(message_of([&] {
          compile(layer(2), reference_backend(), {.disabled_passes = {"csee"}});
        }).starts_with("there is no pass 'csee'; did you mean 'cse'"));
  CHECK(message_of([&] { compile(layer(2), reference_backend(), {.disabled_passes = {"decompose"}}); }) ==
        "the pass decompose cannot be left out: the backends have no kernels for what it takes apart");
}

TEST_CASE("the report counts kernels, memory and work") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {64, 32});
  const Value w = graph.parameter("w", {32, 16}, Initializer::ones());
  graph.output("y", reshape(tanh(matmul(x, w)), {32, 32}));
  const Execution execution = compile(graph, reference_backend());
  CHECK(execution.report().kernels == 2);  // the reshape is a view
  CHECK(execution.report().flops >= 2.0 * 64 * 32 * 16);
  CHECK(execution.report().lower_bound_bytes == 64 * 16 * 4);
  CHECK(execution.report().arena_bytes == 64 * 16 * 4);  // tanh in place
  CHECK(execution.report().naive_bytes >= 2 * 64 * 16 * 4);
}

TEST_CASE("inputs and outputs may live in the caller's memory, and an output in that of the input it feeds") {
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    Graph graph;
    const Value x = graph.input("x", DType::f32, {3});
    graph.output("next", x + x);
    graph.output("same", x * 1.5);
    Execution execution = compile(graph, *backend);
    execution.set("x", ones({3}));
    execution.run();
    Tensor memory = Tensor::full({DType::f32, {3}}, 5.0);
    execution.bind_input("x", memory.view());
    execution.bind_output("next", memory.view());
    CHECK(execution.input("x").data == memory.bytes().data());
    execution.run();
    CHECK(memory == Tensor::full({DType::f32, {3}}, 10.0));
    CHECK(execution.get("same") == Tensor::full({DType::f32, {3}}, 7.5));
    execution.run();
    CHECK(memory == Tensor::full({DType::f32, {3}}, 20.0));
    CHECK(execution.get("next") == memory);

    Tensor other({DType::f32, {4}});
    CHECK(message_of([&] { execution.bind_input("x", other.view()); }) == "'x' is f32[3], the memory for it is f32[4]");
    CHECK(message_of([&] { execution.bind_output("y", other.view()); }).starts_with("graph 'graph' has no output 'y'"));
  }
}

TEST_CASE("passes may run after the pipeline, by name") {
  CompileOptions options;
  options.extra_passes = {"int8-weights"};
  const Execution execution = compile(layer(2), onednn_backend(), options);
  CHECK(execution.graph().find("int8_dense"));
  options.extra_passes = {"int9-weights"};
  CHECK_THROWS_AS(compile(layer(2), onednn_backend(), options), Error);
}

TEST_CASE("an input that was never set is an error, not zeros") {
  Graph graph("sum");
  const Value a = graph.input("a", DType::f32, {2}, {"model.cpp", 7});
  graph.output("y", a + graph.input("b", DType::f32, {2}, {}));  // whose line is unknown, as in a graph from a file
  Execution execution = compile(graph, reference_backend());
  CHECK(message_of([&] { execution.run(); }) ==
        "graph 'sum' is run without its 2 inputs: set 'a' f32[2] (declared at model.cpp:7), 'b' f32[2]");
  execution.set("a", std::vector<float>{1, 2});
  CHECK(message_of([&] { execution.run(); }) == "graph 'sum' is run without its 1 input: set 'b' f32[2]");
  CHECK(message_of([&] { execution.get("y"); }) == "the output 'y' is asked for before the first run");
  execution.input("b").as<float>()[1] = 5;
  execution.run();
  CHECK(execution.get("y") == Tensor::of<float>({2}, {1, 7}));
}

TEST_CASE("inputs are set from vectors, results read as numbers") {
  Graph graph("sum");
  graph.output("y", reduce_sum(graph.input("x", DType::f32, {3})));
  Execution execution;
  CHECK(message_of([&] { execution.run(); }) ==
        "the execution has no program: it was not given one, or was moved from");
  execution = compile(graph);
  execution.set("x", std::vector<float>{1, 2, 4});
  execution.run();
  CHECK(execution.get("y").item() == 7);
  CHECK(message_of([&] {
          execution.set("x", std::vector<float>{1, 2});
        }) == "the input 'x' is f32[3], with 3 elements; it is set to 2 of f32");
  CHECK(message_of([&] {
          execution.set("x", std::vector<double>{1, 2, 3});
        }) == "the input 'x' is f32[3], with 3 elements; it is set to 3 of f64");
  CHECK(message_of([&] { Tensor({DType::f32, {2}}).item(); }) == "a tensor f32[2] has 2 elements: item() is for one");
}

TEST_CASE("a variable that another initializer has filled is not taken over") {
  const auto model = [](const Initializer& initializer) {
    Graph graph("model");
    graph.output("y", graph.parameter("w", {2}, initializer) * 2.0);
    return compile(graph, reference_backend());
  };
  const ExecutionOptions shared{.variables = std::make_shared<Variables>()};
  const Execution first(model(Initializer::zeros()), shared);
  CHECK_NOTHROW(Execution(model(Initializer::zeros()), shared));
  CHECK(
      message_of([&] { Execution(model(Initializer::uniform(-1, 1)), shared); }) ==
      "the variable 'w' is there as zeros has made it, the graph 'model' declares uniform(-1, 1): declare it alike, or "
      "under another name");
  // What was loaded is no initializer's any more.
  shared.variables->set("w", Tensor::of<float>({2}, {1, 2}));
  CHECK_NOTHROW(Execution(model(Initializer::uniform(-1, 1)), shared));
}

namespace {

/// Does something in the midst of a run, as another thread might.
struct Meanwhile final : ExecutionObserver {
  std::function<void()> action;
  explicit Meanwhile(std::function<void()> what) : action(std::move(what)) {}
  void before(const StepView& step) override {
    if (step.position == 0) action();
  }
};

}  // namespace

TEST_CASE("who meets another run where neither may be is told") {
  Graph graph("step");
  const Value w = graph.parameter("w", {2}, Initializer::ones());
  graph.output("y", w * 2.0);
  Graph reading = graph.clone();
  graph.update(w, w + 1.0);
  const auto meets = [](Execution& running, const std::function<void()>& action) {
    std::string message;
    const auto meanwhile = std::make_shared<Meanwhile>([&] { message = message_of(action); });
    running.attach(meanwhile);
    running.run();
    running.detach(*meanwhile);
    running.run();  // all is free again
    return message;
  };
  const ExecutionOptions shared{.variables = std::make_shared<Variables>()};
  Execution training(compile(graph, reference_backend()), shared);
  Execution reader(compile(reading, reference_backend()), shared);
  Execution other(compile(reading, reference_backend()), shared);
  CHECK(meets(training, [&] { training.run(); }) ==
        "graph 'step': the execution is run by two threads at once: make one for each");
  constexpr const char* updated =
      "graph 'step': the variable 'w' is updated by an execution while another one that uses it runs on another "
      "thread: "
      "let them take turns";
  CHECK(meets(training, [&] { reader.run(); }) == updated);
  CHECK(meets(reader, [&] { training.run(); }) == updated);
  CHECK(meets(reader, [&] { other.run(); }) == "no error");
  CHECK(meets(reader, [&] { shared.variables->set("w", ones({2})); }) ==
        "the variable 'w' is set while an execution runs that reads it");

  const ExecutionOptions same_arena{.arena = std::make_shared<Arena>()};
  Execution one(compile(reading, reference_backend()), same_arena);
  Execution two(compile(reading, reference_backend()), same_arena);
  CHECK(
      meets(one, [&] { two.run(); }) ==
      "graph 'step': the arena is used by an execution that runs on another thread: let them take turns, or give each "
      "its own");
}

TEST_CASE("variables are written to a file and read from it") {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder.path / "weights.safetensors";
  Execution trained = compile(training(2), reference_backend());
  trained.run({{"x", ramp({2, 3})}});
  save_variables(path, trained.variables());
  Execution loaded(compile(training(2), reference_backend()), {.seed = 7});
  CHECK(loaded.variables().snapshot() != trained.variables().snapshot());
  load_variables(path, loaded.variables());
  CHECK(loaded.variables().snapshot() == trained.variables().snapshot());

  const TensorMap before = loaded.variables().snapshot();
  save_safetensors(path, {{"kernel", ones({3, 64})}}, {});
  CHECK(message_of([&] {
          load_variables(path, loaded.variables());
        }).ends_with("the variable 'adam/bias/m' f32[64] is missing"));
  save_safetensors(path, {{"kernal", ones({3, 64})}}, {});
  CHECK(message_of([&] {
          load_variables(path, loaded.variables());
        }).ends_with("there is no variable 'kernal' f32[3,64]: it is of another model"));
  save_safetensors(path, {{"kernel", ones({3, 65})}}, {});
  CHECK(message_of([&] {
          load_variables(path, loaded.variables());
        }).ends_with("'kernel' is f32[3,65], the variable f32[3,64]"));
  CHECK(loaded.variables().snapshot() == before);
}

// A sanitizer's allocator ends the program where this one is refused.
#ifdef __has_feature
#define WEFT_HAS_FEATURE(name) __has_feature(name)
#else
#define WEFT_HAS_FEATURE(name) 0
#endif
#if !defined(__SANITIZE_ADDRESS__) && !WEFT_HAS_FEATURE(address_sanitizer) && !WEFT_HAS_FEATURE(thread_sanitizer)
TEST_CASE("an input that no memory holds is an error") {
  Graph graph("huge");
  const Value x = graph.input("x", DType::f32, {1 << 20, 1 << 20});
  graph.output("y", reduce_sum(x));
  Execution execution = compile(graph, reference_backend());
  CHECK(message_of([&] { execution.input("x"); }) ==
        "there is no memory for a tensor f32[1048576,1048576]: it takes 4.0 TiB");
}
#endif
