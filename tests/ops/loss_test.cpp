#include <doctest/doctest.h>

#include <cmath>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "passes/autodiff/autodiff.h"
#include "tests/ops/op_test.h"

namespace weft {
namespace {

using test::error_of;

struct LossCase {
  LossNormalisation normalisation = LossNormalisation::batch_mean;
  double label_smoothing = 0.0;
  std::int64_t batch_axis = 0;
};

/// The loss and its gradient for given targets and logits [2, 3, vocabulary].
TensorMap loss_of(const Backend& backend, const std::vector<std::int32_t>& targets, const Tensor& logits,
                  const LossCase& loss_case) {
  Graph graph;
  const Value input = graph.input("logits", DType::f32, logits.shape());
  const Value loss = masked_cross_entropy(input, graph.input("targets", DType::i32, {2, 3}), loss_case.normalisation,
                                          loss_case.label_smoothing, loss_case.batch_axis);
  graph.output("loss", loss);
  graph.output("gradient", gradients(loss, std::vector<Value>{input})[0]);
  return test::run(graph, {{"logits", logits}, {"targets", Tensor::of(Shape{2, 3}, targets)}}, backend);
}

const std::vector<const Backend*>& backends() {
  static const std::vector<const Backend*> backends{&reference_backend(), &onednn_backend()};
  return backends;
}

const Tensor flat({DType::f32, Shape{2, 3, 5}});

}  // namespace

TEST_CASE("equal logits have the logarithm of the vocabulary as loss, for each real target") {
  const std::vector<std::int32_t> targets{1, 2, 3, 4, 0, 0};
  const double one = std::log(5.0);
  for (const Backend* backend : backends()) {
    CAPTURE(backend->name());
    const auto loss = [&](const LossCase& loss_case) {
      return loss_of(*backend, targets, flat, loss_case).at("loss").number(0);
    };
    CHECK(loss({LossNormalisation::token_mean}) == doctest::Approx(one));
    CHECK(loss({LossNormalisation::token_mean, 0.3}) == doctest::Approx(one));
    CHECK(loss({LossNormalisation::batch_mean, 0.0, 0}) == doctest::Approx(4.0 * one / 2.0));
    CHECK(loss({LossNormalisation::batch_mean, 0.0, 1}) == doctest::Approx(4.0 * one / 3.0));
  }
}

TEST_CASE("a batch of padding alone has loss 0 and gradient 0, not a number over 0") {
  for (const Backend* backend : backends())
    for (const LossNormalisation normalisation : {LossNormalisation::token_mean, LossNormalisation::batch_mean}) {
      CAPTURE(backend->name());
      const TensorMap results = loss_of(*backend, {0, 0, 0, 0, 0, 0}, flat, {normalisation, 0.1});
      CHECK(results.at("loss") == Tensor({DType::f32, Shape{}}));
      for (std::int64_t i = 0; i < 30; ++i) CHECK(results.at("gradient").number(i) == 0.0);
    }
}

TEST_CASE("logits far from 0 neither overflow nor lose the loss") {
  Tensor logits = Tensor::full(flat.type(), -1e4);
  for (std::int64_t token = 0; token < 6; ++token) logits.set_number(token * 5 + 2, 1e4);
  for (const Backend* backend : backends()) {
    CAPTURE(backend->name());
    const LossCase token_mean{LossNormalisation::token_mean};
    CHECK(loss_of(*backend, {2, 2, 2, 2, 2, 2}, logits, token_mean).at("loss").number(0) == 0.0);
    CHECK(loss_of(*backend, {1, 1, 1, 1, 1, 1}, logits, token_mean).at("loss").number(0) == doctest::Approx(2e4));
  }
}

TEST_CASE("a target outside of the vocabulary is an error of the run") {
  for (const Backend* backend : backends())
    for (const std::int32_t bad : {5, -1}) {
      CAPTURE(backend->name());
      const std::string message = error_of([&] { loss_of(*backend, {1, 2, bad, 4, 0, 0}, flat, {}); });
      CHECK(message.find("target " + std::to_string(bad)) != std::string::npos);
      CHECK(message.find("vocabulary of 5") != std::string::npos);
    }
}

TEST_CASE("attributes of the loss are checked") {
  Graph graph;
  const Value logits = graph.input("logits", DType::f32, {2, 3, 5});
  const Value targets = graph.input("targets", DType::i32, {2, 3});
  const auto error = [&](double smoothing, std::int64_t axis) {
    return error_of([&] { masked_cross_entropy(logits, targets, LossNormalisation::batch_mean, smoothing, axis); });
  };
  const std::string node = "masked_cross_entropy 'masked_cross_entropy': ";
  CHECK(error(1.0, 0) == node + "the label smoothing 1 is not in [0, 1)");
  CHECK(error(0.0, 2) == node + "the batch axis 2 is out of range for targets i32[2,3]");
  CHECK(error_of([&] { masked_cross_entropy(targets, targets, LossNormalisation::batch_mean); }) ==
        node + "logits is i32[2,3]: a floating-point type is needed");
}

}  // namespace weft
