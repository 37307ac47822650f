#include "tests/ops/composite_formulas.h"

#include <algorithm>
#include <cmath>
#include <complex>

#include "graph/base/error.h"
#include "ops/forms.h"
#include "ops/op_list.h"

namespace weft::test {
namespace {

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

/// Element [row, column] of a matrix.
double at(const Tensor& matrix, std::int64_t row, std::int64_t column) {
  return matrix.number(row * matrix.shape()[-1] + column);
}

/// Row `row` of x, times column `column` of w.
double product(const Tensor& x, std::int64_t row, const Tensor& w, std::int64_t column) {
  double sum = 0.0;
  for (std::int64_t k = 0; k < w.shape()[0]; ++k) sum += at(x, row, k) * at(w, k, column);
  return sum;
}

// Keras, reset_after: the reset gate is applied to the state's part of the candidate, bias included.
std::vector<Tensor> gru_cell(std::span<const Tensor> operands, std::span<const TensorType> results) {
  const Tensor &x = operands[0], &h = operands[1], &kernel = operands[2], &recurrent_kernel = operands[3];
  Tensor next(results[0]);
  const std::int64_t units = h.shape()[1];
  for (std::int64_t row = 0; row < h.shape()[0]; ++row)
    for (std::int64_t unit = 0; unit < units; ++unit) {
      const auto of_x = [&](std::int64_t gate) {
        return product(x, row, kernel, gate * units + unit) + operands[4].number(gate * units + unit);
      };
      const auto of_h = [&](std::int64_t gate) {
        return product(h, row, recurrent_kernel, gate * units + unit) + operands[5].number(gate * units + unit);
      };
      const double z = sigmoid(of_x(0) + of_h(0));
      const double r = sigmoid(of_x(1) + of_h(1));
      const double candidate = std::tanh(of_x(2) + r * of_h(2));
      next.set_number(row * units + unit, z * at(h, row, unit) + (1.0 - z) * candidate);
    }
  return {next};
}

std::vector<Tensor> lstm_cell(std::span<const Tensor> operands, std::span<const TensorType> results) {
  const Tensor &x = operands[0], &h = operands[1], &c = operands[2];
  Tensor next_h(results[0]);
  Tensor next_c(results[1]);
  const std::int64_t units = h.shape()[1];
  for (std::int64_t row = 0; row < h.shape()[0]; ++row)
    for (std::int64_t unit = 0; unit < units; ++unit) {
      const auto gate = [&](std::int64_t index) {
        const std::int64_t column = index * units + unit;
        return product(x, row, operands[3], column) + product(h, row, operands[4], column) + operands[5].number(column);
      };
      const double cell = sigmoid(gate(1)) * at(c, row, unit) + sigmoid(gate(0)) * std::tanh(gate(2));
      next_c.set_number(row * units + unit, cell);
      next_h.set_number(row * units + unit, sigmoid(gate(3)) * std::tanh(cell));
    }
  return {next_h, next_c};
}

// Bahdanau et al., arXiv:1409.0473: score = v tanh(w1 query + w2 value), a softmax over the steps of the source.
std::vector<Tensor> additive_attention(std::span<const Tensor> operands, std::span<const TensorType> results) {
  const Tensor &query = operands[0], &values = operands[1], &w1 = operands[2], &w2 = operands[4], &v = operands[6];
  Tensor context(results[0]);
  Tensor weights(results[1]);
  const std::int64_t time = values.shape()[1];
  const std::int64_t size = values.shape()[2];
  for (std::int64_t row = 0; row < values.shape()[0]; ++row) {
    const std::int64_t length = operands.size() > 8 ? static_cast<std::int64_t>(operands[8].number(row)) : time;
    std::vector<double> scores;
    for (std::int64_t step = 0; step < length; ++step) {
      double score = operands[7].number(0);
      for (std::int64_t unit = 0; unit < w1.shape()[1]; ++unit) {
        double key = operands[5].number(unit);
        for (std::int64_t k = 0; k < size; ++k) key += values.number((row * time + step) * size + k) * at(w2, k, unit);
        score += v.number(unit) * std::tanh(product(query, row, w1, unit) + operands[3].number(unit) + key);
      }
      scores.push_back(score);
    }
    const double largest = *std::ranges::max_element(scores);
    double sum = 0.0;
    for (const double score : scores) sum += std::exp(score - largest);
    for (std::int64_t step = 0; step < time; ++step) {
      const double weight = step < length ? std::exp(scores[static_cast<std::size_t>(step)] - largest) / sum : 0.0;
      weights.set_number(row * time + step, weight);
      for (std::int64_t k = 0; k < size; ++k)
        context.set_number(row * size + k,
                           context.number(row * size + k) + weight * values.number((row * time + step) * size + k));
    }
  }
  return {context, weights};
}

/// The place of element `index` of `shape` in what is left when some axes are taken for 0.
std::int64_t without_axes(std::int64_t index, const Shape& shape, const std::vector<std::int64_t>& axes) {
  std::int64_t place = 0;
  for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
    if (std::ranges::find(axes, static_cast<std::int64_t>(axis)) != axes.end()) continue;
    const std::int64_t along = index / shape.volume_between(axis + 1, shape.rank()) % shape.extents()[axis];
    place = place * shape.extents()[axis] + along;
  }
  return place;
}

std::vector<Tensor> reduce_mean(const Node& node, const Tensor& x, const TensorType& result) {
  Tensor means(result);
  const std::vector<std::int64_t> axes = reduction_form(node).axes;
  const double count = static_cast<double>(x.shape().volume()) / static_cast<double>(result.shape.volume());
  for (std::int64_t i = 0; i < x.shape().volume(); ++i) {
    const std::int64_t place = without_axes(i, x.shape(), axes);
    means.set_number(place, means.number(place) + x.number(i) / count);
  }
  return {means};
}

std::vector<Tensor> logsumexp(const Node& node, const Tensor& x, const TensorType& result) {
  Tensor sums(result);
  const std::vector<std::int64_t> axes = reduction_form(node).axes;
  for (std::int64_t i = 0; i < x.shape().volume(); ++i) {
    const std::int64_t place = without_axes(i, x.shape(), axes);
    sums.set_number(place, sums.number(place) + std::exp(x.number(i)));
  }
  for (std::int64_t i = 0; i < result.shape.volume(); ++i) sums.set_number(i, std::log(sums.number(i)));
  return {sums};
}

/// (x - mean) / sqrt(variance + epsilon) of each row; the mean is taken for 0 where it is not subtracted.
std::vector<Tensor> normalised(const Node& node, std::span<const Tensor> operands, bool subtract_mean) {
  const Tensor& x = operands[0];
  Tensor y(x.type());
  const std::int64_t units = x.shape()[-1];
  for (std::int64_t first = 0; first < x.shape().volume(); first += units) {
    double mean = 0.0;
    for (std::int64_t i = 0; i < units && subtract_mean; ++i) mean += x.number(first + i) / static_cast<double>(units);
    double variance = 0.0;
    for (std::int64_t i = 0; i < units; ++i)
      variance += (x.number(first + i) - mean) * (x.number(first + i) - mean) / static_cast<double>(units);
    const double deviation = std::sqrt(variance + node.attributes.get<double>("epsilon"));
    for (std::int64_t i = 0; i < units; ++i) {
      const double bias = operands.size() > 2 ? operands[2].number(i) : 0.0;
      y.set_number(first + i, (x.number(first + i) - mean) / deviation * operands[1].number(i) + bias);
    }
  }
  return {y};
}

/// (x - mean) / sqrt(variance + epsilon), with the mean and variance of all elements that are in one set: set_of(element)
/// of so many. These as well.
template <typename SetOf>
std::vector<Tensor> standardized(const Node& node, const Tensor& x, const TensorType& sets, const SetOf& set_of) {
  const double count = static_cast<double>(x.shape().volume()) / static_cast<double>(sets.shape.volume());
  Tensor mean(sets);
  Tensor variance(sets);
  const auto add = [&](Tensor& sums, std::int64_t i, double number) {
    sums.set_number(set_of(i), sums.number(set_of(i)) + number / count);
  };
  for (std::int64_t i = 0; i < x.shape().volume(); ++i) add(mean, i, x.number(i));
  for (std::int64_t i = 0; i < x.shape().volume(); ++i)
    add(variance, i, std::pow(x.number(i) - mean.number(set_of(i)), 2));
  Tensor y({DType::f64, x.shape()});
  for (std::int64_t i = 0; i < x.shape().volume(); ++i)
    y.set_number(i, (x.number(i) - mean.number(set_of(i))) /
                        std::sqrt(variance.number(set_of(i)) + node.attributes.get<double>("epsilon")));
  return {y, mean, variance};
}

/// The same times the gain plus the bias of each channel, with so many sets: set_of(element, its channel).
template <typename SetOf>
std::vector<Tensor> set_normalised(const Node& node, std::span<const Tensor> operands, std::int64_t sets,
                                   const SetOf& set_of) {
  const Tensor& x = operands[0];
  const std::int64_t axis = axis_of(node);
  const std::int64_t inner = x.shape().volume_between(static_cast<std::size_t>(axis) + 1, x.shape().rank());
  const auto channel_of = [&](std::int64_t i) { return i / inner % x.shape()[axis]; };
  std::vector<Tensor> results =
      standardized(node, x, {DType::f64, Shape{sets}}, [&](std::int64_t i) { return set_of(i, channel_of(i)); });
  for (std::int64_t i = 0; i < x.shape().volume(); ++i)
    results[0].set_number(i,
                          results[0].number(i) * operands[1].number(channel_of(i)) + operands[2].number(channel_of(i)));
  return results;
}

std::vector<Tensor> lerp(std::span<const Tensor> operands) {
  Tensor y(operands[0].type());
  for (std::int64_t i = 0; i < y.shape().volume(); ++i) {
    const double start = operands[0].number(i);
    y.set_number(i, start + operands[2].number(0) * (operands[1].number(i) - start));
  }
  return {y};
}

std::vector<Tensor> standardize(const Node& node, const Tensor& x, std::span<const TensorType> results) {
  const auto axes = node.attributes.get<std::vector<std::int64_t>>("axes");
  return standardized(node, x, {DType::f64, results[1].shape},
                      [&](std::int64_t i) { return without_axes(i, x.shape(), axes); });
}

std::vector<Tensor> batch_norm_training(const Node& node, std::span<const Tensor> operands) {
  return set_normalised(node, operands, operands[1].shape()[0],
                        [](std::int64_t, std::int64_t channel) { return channel; });
}

std::vector<Tensor> group_norm(const Node& node, std::span<const Tensor> operands) {
  const Shape& shape = operands[0].shape();
  const std::int64_t groups = node.attributes.get<std::int64_t>("groups");
  const std::int64_t of_group = operands[1].shape()[0] / groups;
  const std::int64_t of_example = shape.volume() / shape[0];
  return {set_normalised(node, operands, shape[0] * groups, [&](std::int64_t i, std::int64_t channel) {
    return i / of_example * groups + channel / of_group;
  })[0]};
}

std::vector<Tensor> batch_norm_inference(const Node& node, std::span<const Tensor> operands) {
  const Tensor& x = operands[0];
  const std::int64_t axis = axis_of(node);
  const std::int64_t inner = x.shape().volume_between(static_cast<std::size_t>(axis) + 1, x.shape().rank());
  Tensor y(x.type());
  for (std::int64_t i = 0; i < x.shape().volume(); ++i) {
    const std::int64_t channel = i / inner % x.shape()[axis];
    const double deviation = std::sqrt(operands[4].number(channel) + node.attributes.get<double>("epsilon"));
    y.set_number(i, (x.number(i) - operands[3].number(channel)) / deviation * operands[1].number(channel) +
                        operands[2].number(channel));
  }
  return {y};
}

// Units i and i + half are the two parts of a complex number, which is turned by an angle.
std::vector<Tensor> rotary_embedding(const Node& node, std::span<const Tensor> operands) {
  const Tensor& x = operands[0];
  const std::int64_t units = x.shape()[-1];
  const std::int64_t half = units / 2;
  Tensor y(x.type());
  for (std::int64_t row = 0; row < x.shape().volume() / units; ++row)
    for (std::int64_t i = 0; i < half; ++i) {
      const double position = operands[1].number(row % x.shape()[-2]);
      const double exponent = 2.0 * static_cast<double>(i) / static_cast<double>(units);
      const std::complex<double> pair(x.number(row * units + i), x.number(row * units + half + i));
      const std::complex<double> turned =
          pair * std::polar(1.0, position / std::pow(node.attributes.get<double>("base"), exponent));
      y.set_number(row * units + i, turned.real());
      y.set_number(row * units + half + i, turned.imag());
    }
  return {y};
}

std::vector<Tensor> stack(const Node& node, std::span<const Tensor> parts, const TensorType& result) {
  Tensor stacked(result);
  const auto axis = static_cast<std::size_t>(axis_of(node));
  for (std::int64_t i = 0; i < result.shape.volume(); ++i) {
    const std::int64_t part =
        i / result.shape.volume_between(axis + 1, result.shape.rank()) % result.shape.extents()[axis];
    stacked.set_number(i, parts[static_cast<std::size_t>(part)].number(
                              without_axes(i, result.shape, {static_cast<std::int64_t>(axis)})));
  }
  return {stacked};
}

/// Its cases: tanh(x + bias) / 2; and rows less a quarter of their sum, over the root of their squares' sum and 1/2, with
/// that root.
std::vector<Tensor> fusion(std::span<const Tensor> operands, std::span<const TensorType> results) {
  const Tensor& x = operands[0];
  Tensor first(results[0]);
  if (operands.size() == 2) {
    for (std::int64_t i = 0; i < x.shape().volume(); ++i)
      first.set_number(i, std::tanh(x.number(i) + operands[1].number(i % x.shape()[-1])) / 2.0);
    return {first};
  }
  Tensor normal(results[1]);
  const std::int64_t units = x.shape()[-1];
  for (std::int64_t row = 0; row < x.shape().volume() / units; ++row) {
    double quarter = 0.0;
    for (std::int64_t i = 0; i < units; ++i) quarter += x.number(row * units + i) / 4.0;
    double squares = 0.5;
    for (std::int64_t i = 0; i < units; ++i) squares += std::pow(x.number(row * units + i) - quarter, 2.0);
    first.set_number(row, std::sqrt(squares));
    for (std::int64_t i = 0; i < units; ++i)
      normal.set_number(row * units + i, (x.number(row * units + i) - quarter) / std::sqrt(squares));
  }
  return {first, normal};
}

}  // namespace

std::vector<Tensor> composite_formula(const Node& node, std::span<const Tensor> operands,
                                      std::span<const TensorType> results) {
  if (node.op == &op::gru_cell) return gru_cell(operands, results);
  if (node.op == &op::lstm_cell) return lstm_cell(operands, results);
  if (node.op == &op::additive_attention) return additive_attention(operands, results);
  if (node.op == &op::fusion) return fusion(operands, results);
  if (node.op == &op::reduce_mean) return reduce_mean(node, operands[0], results[0]);
  if (node.op == &op::stop_gradient) return {operands[0]};
  if (node.op == &op::stack) return stack(node, operands, results[0]);
  if (node.op == &op::logsumexp) return logsumexp(node, operands[0], results[0]);
  if (node.op == &op::lerp) return lerp(operands);
  if (node.op == &op::standardize) return standardize(node, operands[0], results);
  if (node.op == &op::layer_norm) return normalised(node, operands, true);
  if (node.op == &op::rms_norm) return normalised(node, operands, false);
  if (node.op == &op::batch_norm_training) return batch_norm_training(node, operands);
  if (node.op == &op::batch_norm_inference) return batch_norm_inference(node, operands);
  if (node.op == &op::group_norm) return group_norm(node, operands);
  if (node.op == &op::rotary_embedding) return rotary_embedding(node, operands);
  throw InternalError(fmt::format("{} has neither a kernel nor a formula in {}", node.op->name, __FILE__));
}

}  // namespace weft::test
