#include "tests/golden/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"

namespace weft::test {

const std::vector<Run>& runs() {
  static const std::vector<Run> runs{{"reference f64", reference_backend(), DType::f64, 1e-9},
                                     {"reference f32", reference_backend(), DType::f32, 1e-4},
                                     {"onednn f32", onednn_backend(), DType::f32, 1e-4},
                                     {"reference bf16", reference_backend(), DType::f32, 0x1p-5, Precision::bf16},
                                     {"onednn bf16", onednn_backend(), DType::f32, 0x1p-5, Precision::bf16}};
  return runs;
}

double scale_of(const Tensor& tensor) {
  double scale = 0.0;
  for (std::int64_t i = 0; i < tensor.shape().volume(); ++i) scale = std::max(scale, std::abs(tensor.number(i)));
  return scale;
}

double scale_of(const TensorMap& tensors) {
  double scale = 0.0;
  for (const auto& [name, tensor] : tensors) scale = std::max(scale, scale_of(tensor));
  return scale;
}

std::vector<std::string> compare(std::string_view what, const Tensor& actual, const Tensor& expected, double scale,
                                 const Run& run, const Tensor* slack) {
  if (actual.shape() != expected.shape())
    return {fmt::format("{}: {} has shape {}, expected {}", run.name, what, actual.shape().to_string(),
                        expected.shape().to_string())};
  for (std::int64_t i = 0; i < expected.shape().volume(); ++i) {
    const double difference = std::abs(actual.number(i) - expected.number(i));
    if (!(difference <= run.tolerance * scale + (slack != nullptr ? slack->number(i) : 0.0)))
      return {fmt::format("{}: element {} of {} is {}, expected {}: apart by {:.2g} times the scale {:.3g}", run.name,
                          i, what, actual.number(i), expected.number(i), difference / scale, scale)};
  }
  return {};
}

double smallest_gradient_scale(const TensorMap& gradients) { return 0.01 * scale_of(gradients); }

std::vector<std::string> compare_gradients(const TensorMap& actual, const TensorMap& expected, const Run& run) {
  const double smallest_scale = smallest_gradient_scale(expected);
  std::vector<std::string> failures;
  for (const auto& [name, tensor] : expected) {
    const auto at = actual.find(name);
    if (at == actual.end()) {
      failures.push_back(fmt::format("{}: there is no gradient of '{}'", run.name, name));
      continue;
    }
    const double scale = std::max(scale_of(tensor), smallest_scale);
    std::ranges::move(compare(fmt::format("the gradient of {}", name), at->second, tensor, scale, run),
                      std::back_inserter(failures));
  }
  return failures;
}

}  // namespace weft::test
