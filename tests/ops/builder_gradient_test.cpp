// Builders that are made of other ops have no cases of their own: here each is a graph, whose values in f32 are held
// against those in f64, and whose gradients against central differences.

#include <doctest/doctest.h>

#include <functional>

#include "backends/check/gradient_check.h"
#include "backends/onednn/onednn_backend.h"
#include "passes/float_type.h"
#include "tests/ops/op_test.h"

namespace weft {
namespace {

struct BuilderCase {
  std::string_view name;
  std::function<Value(Value x, Value y)> build;  ///< of two inputs [3, 5]
  double low = -2.0;
  double high = 2.0;
};

Value three_ids(Value x) { return x.graph().constant(Tensor::of<std::int32_t>({3}, {4, 0, 2})); }

/// [3, 5], of which each is a row and a column of such a matrix.
Value places(Value x) {
  return x.graph().constant(Tensor::of<std::int32_t>({3, 5}, {2, 0, 1, 2, 2, 0, 0, 1, 2, 0, 1, 1, 1, 0, 2}));
}

std::vector<BuilderCase> builder_cases() {
  return {
      {"square", [](Value x, Value y) { return square(x) * y; }},
      {"reciprocal", [](Value x, Value y) { return reciprocal(x) * y; }, 0.5, 3.0},
      {"rsqrt", [](Value x, Value y) { return rsqrt(x) * y; }, 0.5, 3.0},
      {"ceil", [](Value x, Value y) { return x * ceil(x) * y; }},
      {"clamp", [](Value x, Value y) { return clamp(x, -0.7, 0.9) * y; }},
      {"silu", [](Value x, Value y) { return silu(x) * y; }},
      {"gelu", [](Value x, Value y) { return gelu(x) * y; }},
      {"gelu by tanh", [](Value x, Value y) { return gelu(x, GeluForm::tanh) * y; }},
      {"leaky_relu", [](Value x, Value y) { return leaky_relu(x, 0.2) * y; }},
      {"elu", [](Value x, Value y) { return elu(x, 1.5) * y; }},
      {"less_equal", [](Value x, Value y) { return select(less_equal(x, y), x, y * 2.0); }},
      {"not_equal", [](Value x, Value y) { return select(not_equal(x, y), x * y, y); }},
      {"logic",
       [](Value x, Value y) {
         const Value zero = x.graph().constant(0.0, x.dtype());
         const Value both = logical_and(greater(x, zero), greater_equal(y, zero));
         return select(logical_or(both, logical_not(less(x, y))), x * y, x);
       }},
      {"reduce_min", [](Value x, Value y) { return reduce_min(x, {1}) * reduce_min(y, {1}); }},
      {"reduce_variance", [](Value x, Value y) { return reduce_variance(x, {1}) * reduce_variance(y); }},
      {"expand_dims", [](Value x, Value y) { return expand_dims(x, 0) * squeeze(expand_dims(y, 1)); }},
      {"split", [](Value x, Value y) { return split(x, 5, 1)[2] * split(y, 3, 0)[1]; }},
      {"tile",
       [](Value x, Value y) {
         return tile(x, std::vector<std::int64_t>{2, 3}) * reduce_sum(y);
       }},
      {"pad by reflection", [](Value x, Value y) { return pad(x, 1, 4, 2, PadMode::reflect) * reduce_sum(y); }},
      {"pad by edges", [](Value x, Value y) { return pad(x * y, 0, 2, 1, PadMode::edge) * pad(y, 0, 1, 2); }},
      {"take_along_axis",
       [](Value x, Value y) { return take_along_axis(x, places(x), 0) * take_along_axis(y, places(y), 1); }},
      {"matmul of vectors", [](Value x, Value y) { return matmul(x, reshape(slice(y, 0, 1, 2), {5})); }},
      {"einsum",
       [](Value x, Value y) {
         return einsum("ij,kj,kl->lj", {x, y, x * y});
       }},
      {"einsum of a diagonal",
       [](Value x, Value y) {
         return einsum("ii,i->i", {slice(x, 1, 0, 3), slice(reduce_sum(y, {0}), 0, 2, 5)});
       }},
      {"einsum that broadcasts",
       [](Value x, Value y) {
         return einsum("...i,...i->...", {reshape(x, {3, 1, 5}), slice(y, 0, 0, 2)});
       }},
      {"one_hot", [](Value x, Value y) { return select(one_hot(three_ids(x), 5, DType::boolean), x, y * x); }},
      {"cross_entropy", [](Value x, Value y) { return cross_entropy(x, three_ids(x)) * reduce_sum(y); }},
      {"cross_entropy with all options",
       [](Value x, Value y) {
         const Value weights = reshape(slice(y, 0, 0, 1), {5});
         return cross_entropy(x, three_ids(x),
                              {.ignore_index = 0, .label_smoothing = 0.1, .class_weights = square(weights) + 0.5});
       }},
      {"binary_cross_entropy_with_logits",
       [](Value x, Value y) { return binary_cross_entropy_with_logits(x, sigmoid(y)); }},
      {"mse", [](Value x, Value y) { return mse(x, y); }},
      {"l1", [](Value x, Value y) { return l1(x, y); }},
      {"huber", [](Value x, Value y) { return huber(x, y, 0.8); }},
      {"kl_divergence", [](Value x, Value y) { return kl_divergence(log_softmax(x), log_softmax(y)); }},
  };
}

Graph graph_of(const BuilderCase& builder) {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {3, 5});
  graph.output("result", builder.build(x, graph.input("y", DType::f32, {3, 5})));
  return graph;
}

}  // namespace

TEST_CASE("gradients of builders agree with central differences") {
  for (const BuilderCase& builder : builder_cases()) {
    CAPTURE(builder.name);
    for (const GradientCheck& check : check_gradients(graph_of(builder), {.low = builder.low, .high = builder.high})) {
      CAPTURE(check.input);
      CAPTURE(check.worst_error);
      CAPTURE(check.largest_gradient);
      CHECK(check.passed);
    }
  }
}

TEST_CASE("builders compute the same on both backends, in f32 and in f64") {
  for (const BuilderCase& builder : builder_cases()) {
    CAPTURE(builder.name);
    const Graph graph = graph_of(builder);
    const TensorMap inputs = test::draw_inputs(graph, builder.low, builder.high);
    TensorMap wide;
    for (const auto& [name, tensor] : inputs) wide.emplace(name, tensor.converted_to(DType::f64));
    const Tensor exact = test::run(with_float_type(graph, DType::f64), wide).at("result");
    for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
      const Tensor y = test::run(graph, inputs, *backend).at("result");
      REQUIRE(y.shape() == exact.shape());
      for (std::int64_t i = 0; i < exact.shape().volume(); ++i)
        CHECK(y.number(i) == doctest::Approx(exact.number(i)).epsilon(1e-5));
    }
  }
}

}  // namespace weft
