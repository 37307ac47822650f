// Keras's initializers, from a counter-based generator: every number depends on the seed, the variable's name and its
// index alone.

#include <algorithm>
#include <cmath>
#include <numbers>

#include "backends/variables.h"
#include "graph/error.h"
#include "graph/random.h"

namespace weft {
namespace {

void fill_uniform(Tensor& tensor, const CounterRandom& random, double low, double high) {
  for (std::int64_t i = 0; i < tensor.shape().volume(); ++i)
    tensor.set_number(i, random.uniform(static_cast<std::uint64_t>(i), low, high));
}

/// Box and Muller's transform of two uniform numbers.
double standard_normal(const CounterRandom& random, std::uint64_t index) {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - random.unit(2 * index)));
  return radius * std::cos(2.0 * std::numbers::pi * random.unit(2 * index + 1));
}

void fill_normal(Tensor& tensor, const CounterRandom& random, double mean, double deviation) {
  for (std::int64_t i = 0; i < tensor.shape().volume(); ++i)
    tensor.set_number(i, mean + deviation * standard_normal(random, static_cast<std::uint64_t>(i)));
}

double glorot_limit(const Shape& shape) {
  const double fan_out = shape.rank() == 0 ? 1.0 : static_cast<double>(shape[-1]);
  const double fan_in = shape.rank() < 2 ? fan_out : static_cast<double>(shape[-2]);
  return std::sqrt(6.0 / (fan_in + fan_out));
}

/// Gram and Schmidt, in its stable (modified) form, on the shorter side's vectors; done twice, which leaves them
/// orthogonal to working precision.
void fill_orthogonal(Tensor& tensor, const CounterRandom& random, std::string_view name) {
  require(tensor.shape().rank() == 2, "'{}': the orthogonal initializer needs a matrix, not {}", name,
          tensor.shape().to_string());
  const std::int64_t rows = tensor.shape()[0];
  const std::int64_t columns = tensor.shape()[1];
  const bool by_rows = rows <= columns;
  const auto count = static_cast<std::size_t>(std::min(rows, columns));
  const auto length = static_cast<std::size_t>(std::max(rows, columns));
  std::vector<double> vectors(count * length);
  for (std::size_t i = 0; i < vectors.size(); ++i) vectors[i] = standard_normal(random, i);

  const auto vector = [&](std::size_t i) { return std::span(vectors).subspan(i * length, length); };
  const auto dot = [&](std::size_t a, std::size_t b) {
    double sum = 0.0;
    for (std::size_t k = 0; k < length; ++k) sum += vector(a)[k] * vector(b)[k];
    return sum;
  };
  for (std::size_t i = 0; i < count; ++i) {
    for (int pass = 0; pass < 2; ++pass)
      for (std::size_t j = 0; j < i; ++j) {
        const double share = dot(i, j);
        for (std::size_t k = 0; k < length; ++k) vector(i)[k] -= share * vector(j)[k];
      }
    const double norm = std::sqrt(dot(i, i));
    for (double& element : vector(i)) element /= norm;
  }
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t column = 0; column < columns; ++column)
      tensor.set_number(row * columns + column,
                        by_rows ? vector(static_cast<std::size_t>(row))[static_cast<std::size_t>(column)]
                                : vector(static_cast<std::size_t>(column))[static_cast<std::size_t>(row)]);
}

void require_arguments(const Initializer& initializer, std::size_t count, std::string_view name) {
  require(initializer.arguments.size() == count, "'{}': the initializer {} needs {} arguments, {} are given", name,
          initializer.name, count, initializer.arguments.size());
}

}  // namespace

Tensor initial_content(const TensorType& type, const Initializer& initializer, std::uint64_t seed,
                       std::string_view name) {
  const CounterRandom random(seed, name);
  const std::vector<double>& arguments = initializer.arguments;
  Tensor tensor(type);
  if (initializer.name == "zeros") {
    require_arguments(initializer, 0, name);
  } else if (initializer.name == "ones") {
    require_arguments(initializer, 0, name);
    tensor = Tensor::full(type, 1.0);
  } else if (initializer.name == "constant") {
    require_arguments(initializer, 1, name);
    tensor = Tensor::full(type, arguments[0]);
  } else if (initializer.name == "uniform") {
    require_arguments(initializer, 2, name);
    fill_uniform(tensor, random, arguments[0], arguments[1]);
  } else if (initializer.name == "normal") {
    require_arguments(initializer, 2, name);
    fill_normal(tensor, random, arguments[0], arguments[1]);
  } else if (initializer.name == "glorot_uniform") {
    require_arguments(initializer, 0, name);
    fill_uniform(tensor, random, -glorot_limit(type.shape), glorot_limit(type.shape));
  } else if (initializer.name == "orthogonal") {
    require_arguments(initializer, 0, name);
    fill_orthogonal(tensor, random, name);
  } else {
    fail("'{}': unknown initializer '{}'", name, initializer.name);
  }
  return tensor;
}

}  // namespace weft
