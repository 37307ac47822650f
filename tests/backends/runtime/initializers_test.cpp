#include <doctest/doctest.h>

#include <cmath>

#include "backends/runtime/variables.h"
#include "graph/base/error.h"

using namespace weft;

namespace {

Tensor content(const Shape& shape, const Initializer& initializer, std::uint64_t seed = 1,
               std::string_view name = "weights", DType dtype = DType::f64) {
  return initial_content({dtype, shape}, initializer, seed, name);
}

struct Moments {
  double least = INFINITY;
  double most = -INFINITY;
  double mean = 0.0;
  double deviation = 0.0;
};

Moments moments(const Tensor& tensor) {
  Moments result;
  double sum = 0.0;
  double squares = 0.0;
  const std::int64_t count = tensor.shape().volume();
  for (std::int64_t i = 0; i < count; ++i) {
    const double number = tensor.number(i);
    result.least = std::min(result.least, number);
    result.most = std::max(result.most, number);
    sum += number;
    squares += number * number;
  }
  result.mean = sum / static_cast<double>(count);
  result.deviation = std::sqrt(squares / static_cast<double>(count) - result.mean * result.mean);
  return result;
}

/// The largest |<a, b> - (a is b)| over pairs of rows (or columns).
double distance_from_orthonormal(const Tensor& matrix, bool rows) {
  const std::int64_t columns = matrix.shape()[1];
  const std::int64_t count = rows ? matrix.shape()[0] : columns;
  const std::int64_t length = rows ? columns : matrix.shape()[0];
  const auto at = [&](std::int64_t vector, std::int64_t i) {
    return matrix.number(rows ? vector * columns + i : i * columns + vector);
  };
  double worst = 0.0;
  for (std::int64_t a = 0; a < count; ++a)
    for (std::int64_t b = 0; b <= a; ++b) {
      double dot = 0.0;
      for (std::int64_t i = 0; i < length; ++i) dot += at(a, i) * at(b, i);
      worst = std::max(worst, std::abs(dot - (a == b ? 1.0 : 0.0)));
    }
  return worst;
}

}  // namespace

TEST_CASE("constant initializers") {
  CHECK(content({2, 3}, Initializer::zeros()) == Tensor::full({DType::f64, {2, 3}}, 0.0));
  CHECK(content({2, 3}, Initializer::ones()) == Tensor::full({DType::f64, {2, 3}}, 1.0));
  CHECK(content({}, Initializer::constant(-2.5)) == Tensor::full({DType::f64, {}}, -2.5));
  CHECK(content({2}, Initializer::constant(3), 1, "steps", DType::i32) == Tensor::full({DType::i32, {2}}, 3));
}

TEST_CASE("uniform fills its range evenly") {
  const Moments found = moments(content({100, 100}, Initializer::uniform(-1.0, 3.0)));
  CHECK(found.least >= -1.0);
  CHECK(found.least < -0.99);
  CHECK(found.most < 3.0);
  CHECK(found.most > 2.99);
  CHECK(std::abs(found.mean - 1.0) < 0.05);  // four standard errors
  CHECK(std::abs(found.deviation - 4.0 / std::sqrt(12.0)) < 0.03);
}

TEST_CASE("normal has the mean and the deviation asked for, and tails") {
  const Moments found = moments(content({100, 100}, Initializer::normal(2.0, 0.5)));
  CHECK(std::abs(found.mean - 2.0) < 0.02);  // four standard errors
  CHECK(std::abs(found.deviation - 0.5) < 0.015);
  CHECK(found.least < 2.0 - 3 * 0.5);
  CHECK(found.most > 2.0 + 3 * 0.5);
  CHECK(found.least > 2.0 - 6 * 0.5);
}

TEST_CASE("glorot_uniform keeps Keras's limit, sqrt(6 / (fan_in + fan_out))") {
  const auto check_limit = [](const Shape& shape, double limit) {
    CAPTURE(shape.to_string());
    const Moments found = moments(content(shape, Initializer::glorot_uniform()));
    CHECK(found.least >= -limit);
    CHECK(found.most <= limit);
    CHECK(found.least < -0.97 * limit);
    CHECK(found.most > 0.97 * limit);
  };
  check_limit({40, 56}, std::sqrt(6.0 / 96.0));
  check_limit({600}, std::sqrt(6.0 / 1200.0));
}

TEST_CASE("orthogonal makes rows or columns orthonormal, whichever are fewer") {
  CHECK(distance_from_orthonormal(content({20, 20}, Initializer::orthogonal()), true) < 1e-12);
  CHECK(distance_from_orthonormal(content({20, 60}, Initializer::orthogonal()), true) < 1e-12);
  CHECK(distance_from_orthonormal(content({60, 20}, Initializer::orthogonal()), false) < 1e-12);
  CHECK(distance_from_orthonormal(content({1, 7}, Initializer::orthogonal()), true) < 1e-12);
  CHECK(distance_from_orthonormal(content({40, 120}, Initializer::orthogonal(), 1, "k", DType::f32), true) < 1e-6);
}

TEST_CASE("orthogonal has no favourite direction: the signs of the diagonal differ") {
  const Tensor matrix = content({30, 30}, Initializer::orthogonal());
  int positive = 0;
  for (std::int64_t i = 0; i < 30; ++i) positive += matrix.number(i * 31) > 0.0 ? 1 : 0;
  CHECK(positive >= 6);
  CHECK(positive <= 24);
}

TEST_CASE("unit_forget_bias opens the second of four gates") {
  const Tensor bias = content({12}, Initializer::unit_forget_bias());
  for (std::int64_t i = 0; i < 12; ++i) CHECK(bias.number(i) == (i >= 3 && i < 6 ? 1.0 : 0.0));
}

TEST_CASE("the numbers depend on seed and name alone") {
  for (const Initializer& initializer : {Initializer::uniform(0, 1), Initializer::normal(0, 1),
                                         Initializer::glorot_uniform(), Initializer::orthogonal()}) {
    CAPTURE(initializer.name);
    CHECK(content({6, 9}, initializer) == content({6, 9}, initializer));
    CHECK_FALSE(content({6, 9}, initializer, 2) == content({6, 9}, initializer));
    CHECK_FALSE(content({6, 9}, initializer, 1, "other") == content({6, 9}, initializer));
  }
  // Computed elsewhere, by SplitMix64's definition, so that a new release cannot change unseen what a seed means.
  const Tensor unit = content({2}, Initializer::uniform(0, 1));
  CHECK(unit.number(0) == 1837056786074993 * 0x1.0p-53);
  CHECK(unit.number(1) == 2942703962053406 * 0x1.0p-53);
}

TEST_CASE("what cannot be filled is refused by the variable's name") {
  CHECK_THROWS_WITH_AS(content({5}, Initializer::orthogonal()),
                       "'weights': the orthogonal initializer needs a matrix, not [5]", Error);
  for (const Shape& shape : {Shape{6}, Shape{4, 4}})
    CHECK_THROWS_WITH_AS(
        content(shape, Initializer::unit_forget_bias()),
        doctest::Contains("'weights': the initializer unit_forget_bias needs a vector of four gates, not ["), Error);
  CHECK_THROWS_WITH_AS(content({5}, {"xavier", {}}), "'weights': unknown initializer 'xavier'", Error);
  CHECK_THROWS_WITH_AS(content({5}, {"uniform", {1.0}}),
                       "'weights': the initializer uniform needs 2 arguments, 1 are given", Error);
}
