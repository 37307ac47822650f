// Keras's initializers, from a counter-based generator: every number depends on the seed, the variable's name and its
// index alone.

#include <algorithm>
#include <cmath>
#include <numbers>

#include "backends/runtime/variables.h"
#include "graph/base/error.h"
#include "graph/base/random.h"

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

using Rows = std::vector<std::vector<double>>;

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  const double* x = a.data();
  const double* y = b.data();
#pragma omp simd reduction(+ : sum)
  for (std::size_t k = 0; k < a.size(); ++k) sum += x[k] * y[k];
  return sum;
}

/// a += factor * b
void add_scaled(std::vector<double>& a, double factor, const std::vector<double>& b) {
  double* x = a.data();
  const double* y = b.data();
#pragma omp simd
  for (std::size_t k = 0; k < a.size(); ++k) x[k] += factor * y[k];
}

/// Gram and Schmidt's process in its modified, stable form: each finished row is taken out of all later ones, which
/// are independent of each other.
void orthonormalise(Rows& rows) {
  const auto count = static_cast<std::int64_t>(rows.size());
  for (std::int64_t done = 0; done < count; ++done) {
    std::vector<double>& row = rows[static_cast<std::size_t>(done)];
    const double norm = std::sqrt(dot(row, row));
    for (double& element : row) element /= norm;
#pragma omp parallel for schedule(static)
    for (std::int64_t later = done + 1; later < count; ++later) {
      std::vector<double>& other = rows[static_cast<std::size_t>(later)];
      add_scaled(other, -dot(row, other), row);
    }
  }
}

/// A matrix of normal numbers, made orthonormal along its shorter side.
void fill_orthogonal(Tensor& tensor, const CounterRandom& random, std::string_view name) {
  require(tensor.shape().rank() == 2, "'{}': the orthogonal initializer needs a matrix, not {}", name,
          tensor.shape().to_string());
  const std::int64_t height = tensor.shape()[0];
  const std::int64_t width = tensor.shape()[1];
  const auto count = static_cast<std::size_t>(std::min(height, width));
  const auto length = static_cast<std::size_t>(std::max(height, width));
  Rows rows(count, std::vector<double>(length));
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t k = 0; k < length; ++k) rows[i][k] = standard_normal(random, i * length + k);
  orthonormalise(rows);
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t k = 0; k < length; ++k) {
      const std::size_t index = height <= width ? i * length + k : k * count + i;
      tensor.set_number(static_cast<std::int64_t>(index), rows[i][k]);
    }
}

void fill_unit_forget_bias(Tensor& tensor, std::string_view name) {
  const Shape& shape = tensor.shape();
  require(shape.rank() == 1 && shape[0] % 4 == 0,
          "'{}': the initializer unit_forget_bias needs a vector of four gates, not {}", name, shape.to_string());
  for (std::int64_t i = 0; i < shape[0]; ++i) tensor.set_number(i, 4 * i / shape[0] == 1 ? 1.0 : 0.0);
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
  } else if (initializer.name == "unit_forget_bias") {
    require_arguments(initializer, 0, name);
    fill_unit_forget_bias(tensor, name);
  } else {
    fail("'{}': unknown initializer '{}'", name, initializer.name);
  }
  return tensor;
}

}  // namespace weft
