#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "passes/autodiff/autodiff.h"
#include "tests/ops/op_test.h"

namespace weft {
namespace {

using test::error_of;

constexpr double infinity = std::numeric_limits<double>::infinity();

struct Batch {
  std::vector<std::int32_t> labels;  ///< [rows, 2]
  std::vector<std::int32_t> input_lengths;
  std::vector<std::int32_t> label_lengths;
};

/// The losses of rows of three steps, and their sum's gradient; of each step, the classes 0, 1 and 2 are equally likely.
TensorMap losses_of(const Backend& backend, const Batch& batch) {
  const auto rows = static_cast<std::int64_t>(batch.input_lengths.size());
  Graph graph;
  const Value x = graph.input("x", DType::f32, {rows, 3, 3});
  const Value losses = ctc_loss(x, graph.constant(Tensor::of(Shape{rows, 2}, batch.labels)),
                                graph.constant(Tensor::of(Shape{rows}, batch.input_lengths)),
                                graph.constant(Tensor::of(Shape{rows}, batch.label_lengths)));
  graph.output("losses", losses);
  graph.output("gradient", gradients(reduce_sum(losses), {x})[0]);
  return test::run(graph, {{"x", Tensor::full({DType::f32, {rows, 3, 3}}, -std::log(3.0))}}, backend);
}

}  // namespace

TEST_CASE("ctc_loss, worked out by hand") {
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    CAPTURE(backend->name());
    // Each alignment has probability 1/27. "1": 1--, -1-, --1, 11-, -11, 111, of which 11-, -11 and 111 repeat. "1 1":
    // 1-1 alone. "1 2": 12-, 1-2, -12, 112, 122. No label: ---. Of two steps alone, "1 2": 12, with probability 1/9.
    const TensorMap results = losses_of(
        *backend,
        {.labels = {1, 9, 1, 1, 1, 2, 7, 7, 1, 2}, .input_lengths = {3, 3, 3, 3, 2}, .label_lengths = {1, 2, 2, 0, 2}});
    const std::vector<double> probabilities{6.0 / 27, 1.0 / 27, 5.0 / 27, 1.0 / 27, 1.0 / 9};
    for (std::int64_t row = 0; row < 5; ++row)
      CHECK(results.at("losses").number(row) ==
            doctest::Approx(-std::log(probabilities[static_cast<std::size_t>(row)])).epsilon(1e-6));
    // Of row 0, step 0 is 1 in 1--, 11- and 111; step 1 is in -1-, 11-, -11 and 111. Of the last row, step 2 does not count.
    const Tensor& gradient = results.at("gradient");
    const auto at = [&](std::int64_t row, std::int64_t step, std::int64_t id) {
      return gradient.number((row * 3 + step) * 3 + id);
    };
    CHECK(at(0, 0, 1) == doctest::Approx(-3.0 / 6).epsilon(1e-6));
    CHECK(at(0, 0, 0) == doctest::Approx(-3.0 / 6).epsilon(1e-6));
    CHECK(at(0, 1, 1) == doctest::Approx(-4.0 / 6).epsilon(1e-6));
    CHECK(at(0, 1, 2) == 0.0);
    CHECK(at(1, 1, 0) == doctest::Approx(-1.0).epsilon(1e-6));
    for (std::int64_t id = 0; id < 3; ++id) CHECK(at(4, 2, id) == 0.0);
  }
}

TEST_CASE("labels that no alignment has give an infinite loss and no gradient") {
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    CAPTURE(backend->name());
    // A repeat needs a blank between, so three steps; two labels need two steps, one label one.
    const TensorMap results =
        losses_of(*backend, {.labels = {1, 1, 1, 2, 1, 1}, .input_lengths = {2, 1, 0}, .label_lengths = {2, 2, 1}});
    for (std::int64_t row = 0; row < 3; ++row) CHECK(results.at("losses").number(row) == infinity);
    CHECK(results.at("gradient") == Tensor({DType::f32, Shape{3, 3, 3}}));
    // Of no steps, no label is all there is.
    CHECK(losses_of(*backend, {.labels = {1, 1}, .input_lengths = {0}, .label_lengths = {0}}).at("losses").number(0) ==
          0.0);
  }
}

TEST_CASE("a long sequence keeps its digits") {
  constexpr std::int64_t steps = 2000;
  for (const std::int64_t labels : {1, 40}) {
    CAPTURE(labels);
    const auto results_of = [&](const Backend& backend, DType floats) {
      Graph graph;
      const Value x = graph.input("x", floats, {1, steps, 5});
      Tensor ids({DType::i32, {1, labels}});
      for (std::int64_t i = 0; i < labels; ++i) ids.set_number(i, static_cast<double>(1 + i * i % 4));
      const Value losses = ctc_loss(log_softmax(x), graph.constant(ids),
                                    graph.constant(Tensor::full({DType::i32, {1}}, static_cast<double>(steps))),
                                    graph.constant(Tensor::full({DType::i32, {1}}, static_cast<double>(labels))));
      graph.output("losses", losses);
      graph.output("gradient", gradients(reduce_sum(losses), {x})[0]);
      return test::run(graph, test::draw_inputs(graph, -2.0, 2.0), backend);
    };
    const TensorMap fast = results_of(onednn_backend(), DType::f32);
    const TensorMap exact = results_of(reference_backend(), DType::f64);
    CHECK(fast.at("losses").number(0) == doctest::Approx(exact.at("losses").number(0)).epsilon(1e-6));
    double worst = 0.0;
    for (std::int64_t i = 0; i < steps * 5; ++i)
      worst = std::max(worst, std::abs(fast.at("gradient").number(i) - exact.at("gradient").number(i)));
    // Of the numbers that a share is made of, relative to a step's largest, those that count are above -500: floats hold
    // them to 3e-5.
    CHECK(worst < 1e-4);
  }
}

TEST_CASE("mismatches of ctc_loss name both sides") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 3, 4});
  const Value labels = graph.input("labels", DType::i32, {2, 5});
  const Value lengths = graph.input("lengths", DType::i32, {2});
  const std::string name = "ctc_loss 'ctc_loss': ";
  CHECK(error_of([&] { ctc_loss(labels, labels, lengths, lengths); }) ==
        name + "log_probabilities is i32[2,5]: a floating-point type is needed");
  CHECK(error_of([&] { ctc_loss(x, lengths, lengths, lengths); }) ==
        name + "for log_probabilities f32[2,3,4] the labels must be i32[2,most labels], not i32[2]");
  CHECK(error_of([&] { ctc_loss(x, labels, labels, lengths); }) ==
        name + "for log_probabilities f32[2,3,4] the input_lengths must be i32[2], not i32[2,5]");
  CHECK(error_of([&] { ctc_loss(x, labels, lengths, x); }) ==
        name + "for log_probabilities f32[2,3,4] the label_lengths must be i32[2], not f32[2,3,4]");
  CHECK(error_of([&] { ctc_loss(x, labels, lengths, lengths, 4); }) ==
        name + "the blank 4 is none of the 4 classes of log_probabilities f32[2,3,4]");
}

TEST_CASE("lengths and labels that are out of range are refused by index") {
  for (const Backend* backend : {&reference_backend(), &onednn_backend()}) {
    CAPTURE(backend->name());
    const auto error = [&](const Batch& batch) { return error_of([&] { losses_of(*backend, batch); }); };
    const std::string name = "ctc_loss 'ctc_loss': ";
    CHECK(error({{1, 2, 1, 2}, {3, 4}, {2, 2}}) ==
          name + "input length 4 at index 1 is not in [0, 3], the extent of time");
    CHECK(error({{1, 2, 1, 2}, {-1, 3}, {2, 2}}) ==
          name + "input length -1 at index 0 is not in [0, 3], the extent of time");
    CHECK(error({{1, 2, 1, 2}, {3, 3}, {2, 3}}) ==
          name + "label length 3 at index 1 is not in [0, 2], the most labels");
    CHECK(error({{1, 2, 3, 2}, {3, 3}, {2, 2}}) ==
          name + "label 3 at index 2 is none of the 3 classes but the blank 0");
    CHECK(error({{1, 0, 1, 2}, {3, 3}, {2, 2}}) ==
          name + "label 0 at index 1 is none of the 3 classes but the blank 0");
  }
}

}  // namespace weft
