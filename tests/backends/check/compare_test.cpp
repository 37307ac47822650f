// That a comparison finds what it is there to find: backends planted here with one wrong kernel each.

#include "backends/check/compare.h"

#include <doctest/doctest.h>

#include <cmath>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/variables.h"
#include "graph/base/random.h"
#include "ops/ops.h"
#include "tests/backends/check/wrong_backend.h"

using namespace weft;
using namespace weft::test;

namespace {

TensorMap inputs() {
  Tensor x({DType::f32, {4, 3}});
  const CounterRandom random(1, "x");
  for (std::int64_t i = 0; i < 12; ++i) x.set_number(i, random.uniform(static_cast<std::uint64_t>(i), -1, 1));
  return {{"x", x}};
}

TensorMap variables() {
  Variables variables(1);
  variables.initialise(two_layers());
  return variables.snapshot();
}

Comparison compared(const Backend& backend, const CompareSide& against) {
  return compare_sides(two_layers(), {&backend}, against, inputs(), variables(), 1e-5);
}

const CompareSide oracle{&reference_backend(), false};

}  // namespace

TEST_CASE("right backends agree with the oracle, node by node") {
  for (const Backend* backend : {&onednn_backend(), &reference_backend()}) {
    const Comparison comparison = compared(*backend, oracle);
    CHECK(comparison.first() == nullptr);
    std::vector<std::string> names;
    for (const ComparedValue& value : comparison.values) names.push_back(value.to_string());
    for (const char* name :
         {"matmul 'layer/product'", "tanh 'layer/hidden'", "matmul 'y'", "output 'y'", "updated variable 'second'"})
      CHECK_MESSAGE(std::ranges::find(names, name) != names.end(), name);
    CHECK(std::ranges::find(names, "updated variable 'first'") == names.end());  // nobody updates it
    CHECK(std::ranges::find(names, "tanh 'layer/hidden'") < std::ranges::find(names, "matmul 'y'"));
  }
}

TEST_CASE("a wrong kernel is the first that parts, with its worst element, though all after it is wrong as well") {
  for (const CompareSide& against : {oracle, CompareSide{&reference_backend()}, CompareSide{&onednn_backend()}}) {
    const Comparison comparison = compared(with_wrong_tanh, against);
    const ComparedValue* first = comparison.first();
    REQUIRE(first != nullptr);
    CHECK(first->to_string() == "tanh 'layer/hidden'");
    CHECK(first->scope == "layer");
    REQUIRE(first->operands.size() == 1);
    CHECK(first->operands[0].name == "layer/product");
    CHECK(first->operands[0].state == ComparedValue::Operand::State::agrees);
    CHECK(first->kernel_is_wrong());
    for (const ComparedValue& value : comparison.values)  // what comes after it computes right with what it is given
      if (&value != first) CHECK_FALSE(value.kernel_is_wrong());
    CHECK(first->difference.off == 1);
    CHECK(position_text(first->difference.worst, first->type.shape) == "[3,4]");
    CHECK(first->difference.actual == doctest::Approx(1.001 * first->difference.expected));
    const std::vector<const ComparedValue*> worst = comparison.worst(100);
    REQUIRE(worst.size() >= 3);
    CHECK(worst[0]->difference.relative >= worst[1]->difference.relative);
    CHECK(comparison.worst(1).size() == 1);
  }
}

TEST_CASE("pipelines agree with and without a pass, and rounded weights part from full ones") {
  CompareSide without{&onednn_backend()};
  without.disabled_passes = {"simplify", "cse"};
  const TensorMap values = variables();
  CHECK(compare_sides(two_layers(), without, {&onednn_backend()}, inputs(), values, 1e-6).first() == nullptr);

  Graph forward("forward");
  const Value x = forward.input("x", DType::f32, {4, 3});
  forward.output("y", dense(x, forward.parameter("first", {3, 5}, Initializer::glorot_uniform()),
                            forward.parameter("bias", {5}, Initializer::zeros())));
  Variables weights(1);
  weights.initialise(forward);
  CompareSide rounded{&onednn_backend()};
  rounded.precision = Precision::bf16;
  const Comparison coarse = compare_sides(forward, rounded, {&onednn_backend()}, inputs(), weights.snapshot(), 1e-6);
  REQUIRE(coarse.first() != nullptr);
  CHECK(coarse.first()->to_string() == "output 'y'");
  CHECK(compare_sides(forward, rounded, {&onednn_backend()}, inputs(), weights.snapshot(), 1e-2).first() == nullptr);
}

TEST_CASE("NaN and infinity where the other side has a number are infinitely far off, and equal ones are none") {
  const Tensor numbers = Tensor::of<float>({3}, {1, NAN, INFINITY});
  CHECK(difference_of(numbers, numbers, 0).off == 0);
  const Difference difference = difference_of(numbers, Tensor::of<float>({3}, {NAN, NAN, -INFINITY}), 1e9);
  CHECK(difference.off == 2);
  CHECK(difference.worst == 0);
}

TEST_CASE("a sum whose terms cancel is no wrong kernel, a wrong one among such sums is") {
  Graph graph;
  graph.output("y", reduce_sum(graph.input("x", DType::f32, {10'001})));
  Tensor x({DType::f32, {10'001}});
  for (std::int64_t i = 0; i < 10'000; ++i)
    x.set_number(i, (i % 2 == 0 ? 1.0 : -1.0) * (1.0 + 0.37 * static_cast<double>(i / 2 % 91)));
  x.set_number(10'000, 1e-3);
  CHECK(compare_sides(graph, {&onednn_backend()}, {&reference_backend()}, {{"x", x}}, {}, 1e-6).first() == nullptr);

  struct Wrong final : Backend {
    std::string_view name() const override { return "wrong"; }
    bool runs_whole(const Op& op) const override { return reference_backend().runs_whole(op); }
    Kernel make_kernel(const KernelSpec& spec) const override {
      Kernel kernel = reference_backend().make_kernel(spec);
      kernel.run = [run = std::move(kernel.run)](const KernelBuffers& buffers) {
        run(buffers);
        *buffers.result<float>(0) += 1.0F;  // as if a term were missing
      };
      return kernel;
    }
  };
  const Wrong wrong;
  const Comparison comparison = compare_sides(graph, {&wrong}, {&reference_backend()}, {{"x", x}}, {}, 1e-6);
  REQUIRE(comparison.first() != nullptr);
  CHECK(comparison.first()->kernel_is_wrong());
}
