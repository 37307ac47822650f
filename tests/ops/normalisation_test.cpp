#include <doctest/doctest.h>

#include <cmath>

#include "tests/ops/op_test.h"

namespace weft {
namespace {

using test::error_of;
using test::evaluate;
using test::numbers;

}  // namespace

TEST_CASE("layer_norm and rms_norm, worked out by hand") {
  Graph graph;
  const Value gain = numbers(graph, {2}, {1, 2});
  const Value bias = numbers(graph, {2}, {10, 20});
  // Mean 4, variance 9, and 7 more: the deviation is 4.
  const Value x = numbers(graph, {1, 2}, {1, 7});
  CHECK(evaluate(layer_norm(x, gain, bias, 7.0)) == Tensor::of<double>({1, 2}, {9.25, 21.5}));
  // The mean square is 25, and 11 more: its root is 6.
  CHECK(evaluate(rms_norm(x, gain, 11.0)).number(0) == doctest::Approx(1.0 / 6.0).epsilon(1e-15));
  CHECK(evaluate(rms_norm(x, gain, 11.0)).number(1) == doctest::Approx(14.0 / 6.0).epsilon(1e-15));
}

TEST_CASE("a row of equal numbers far from 0 is normalised to the bias") {
  Graph graph;
  const Value x = numbers(graph, {1, 4}, {1e6, 1e6, 1e6, 1e6});
  const Value ones = numbers(graph, {4}, {1, 1, 1, 1});
  CHECK(evaluate(layer_norm(x, ones, ones)) == Tensor::of<double>({1, 4}, {1, 1, 1, 1}));
}

TEST_CASE("batch_norm and group_norm, worked out by hand") {
  Graph graph;
  const Value gain = numbers(graph, {2}, {1, 2});
  const Value bias = numbers(graph, {2}, {10, 20});
  // Channel 0 has 1 and 7: mean 4, variance 9, and 7 more: the deviation is 4. Channel 1 has 2 and 2.
  const Value x = numbers(graph, {2, 2}, {1, 2, 7, 2});
  const BatchNorm trained = batch_norm_training(x, gain, bias, {.epsilon = 7.0});
  CHECK(evaluate(trained.y) == Tensor::of<double>({2, 2}, {9.25, 20, 10.75, 20}));
  CHECK(evaluate(trained.mean) == Tensor::of<double>({2}, {4, 2}));
  CHECK(evaluate(trained.variance) == Tensor::of<double>({2}, {9, 0}));
  const Value mean = numbers(graph, {2}, {0, 1});
  const Value variance = numbers(graph, {2}, {3, 15});
  CHECK(evaluate(batch_norm_inference(x, gain, bias, mean, variance, {.epsilon = 1.0})) ==
        Tensor::of<double>({2, 2}, {10.5, 20.5, 13.5, 20.5}));
  // Each example's two channels are one group, or the last axis is.
  const Value rows = numbers(graph, {1, 2}, {1, 7});
  CHECK(evaluate(group_norm(rows, gain, bias, 1, {.epsilon = 7.0})) == Tensor::of<double>({1, 2}, {9.25, 21.5}));
  CHECK(evaluate(group_norm(rows, gain, bias, 2)) == Tensor::of<double>({1, 2}, {10, 20}));
  CHECK(evaluate(group_norm(numbers(graph, {1, 2, 2}, {1, 1, 7, 7}), gain, bias, 1, {.axis = -1, .epsilon = 7.0})) ==
        Tensor::of<double>({1, 2, 2}, {9.25, 18.5, 10.75, 21.5}));
}

TEST_CASE("mismatches of normalisations of channels name both sides") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 6, 3});
  const Value six = graph.input("six", DType::f32, {6});
  const Value two = graph.input("two", DType::f32, {2});
  CHECK(error_of([&] { batch_norm_training(x, six, two); }) ==
        "batch_norm_training 'batch_norm_training': for x f32[2,6,3] with the channels on axis 1 the bias must be "
        "f32[6], not f32[2]");
  CHECK(error_of([&] { batch_norm_training(x, six, six, {.axis = 3}); }) ==
        "batch_norm_training 'batch_norm_training': axis 3 is out of range for shape [2,6,3]");
  CHECK(
      error_of([&] { batch_norm_training(two, two, two, {.axis = 0}); }) ==
      "batch_norm_training 'batch_norm_training': x is f32[2]: the channels' axis and another one, to take means over, "
      "are needed");
  CHECK(
      error_of([&] { batch_norm_inference(x, six, six, six, two); }) ==
      "batch_norm_inference 'batch_norm_inference': for x f32[2,6,3] with the channels on axis 1 the variance must be "
      "f32[6], not f32[2]");
  CHECK(error_of([&] { group_norm(x, six, six, 4); }) ==
        "group_norm 'group_norm': 6 channels of x f32[2,6,3] are no multiple of 4 groups");
  CHECK(error_of([&] { group_norm(x, six, six, 0); }) ==
        "group_norm 'group_norm': 6 channels of x f32[2,6,3] are no multiple of 0 groups");
  CHECK(error_of([&] { group_norm(x, two, two, 1, {.axis = 0}); }) ==
        "group_norm 'group_norm': the channels of x f32[2,6,3] are on axis 0, which is that of the examples");
  CHECK(error_of([&] { group_norm(x, six, six, 2, {.epsilon = -1.0}); }) ==
        "group_norm 'group_norm': the epsilon is -1: a positive number is needed");
}

TEST_CASE("mismatches of normalisations name both sides") {
  Graph graph;
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value ids = graph.input("ids", DType::i32, {2, 3});
  const Value three = graph.input("three", DType::f32, {3});
  const Value two = graph.input("two", DType::f32, {2});
  const Value scalar = graph.input("scalar", DType::f32, {});
  CHECK(error_of([&] { layer_norm(x, two, three); }) ==
        "layer_norm 'layer_norm': for x f32[2,3] the gain must be f32[3], not f32[2]");
  CHECK(error_of([&] { layer_norm(x, three, two); }) ==
        "layer_norm 'layer_norm': for x f32[2,3] the bias must be f32[3], not f32[2]");
  CHECK(error_of([&] { rms_norm(scalar, three); }) == "rms_norm 'rms_norm': x is f32[]: [..., units] is needed");
  CHECK(error_of([&] { rms_norm(ids, three); }) ==
        "rms_norm 'rms_norm': x is i32[2,3]: a floating-point type is needed");
  CHECK(error_of([&] { rms_norm(x, three, 0.0); }) ==
        "rms_norm 'rms_norm': the epsilon is 0: a positive number is needed");
}

}  // namespace weft
