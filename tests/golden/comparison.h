#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backends/runtime/backend.h"
#include "graph/tensor.h"
#include "passes/pipeline.h"

namespace weft::test {

/// One way to compute what a golden file holds, and how near it must come.
struct Run {
  std::string_view name;
  const Backend& backend;
  DType dtype;
  double tolerance;
  Precision precision = Precision::f32;
};

/// The reference backend in f64 to 1e-9; the reference and the oneDNN backend in f32 to 1e-4, and with products of
/// factors in bf16, each rounded by up to 2^-9, to 2^-5.
const std::vector<Run>& runs();

/// The largest |element|.
double scale_of(const Tensor& tensor);
/// The largest scale_of any of them.
double scale_of(const TensorMap& tensors);

/// Compares a tensor with what is expected: the largest difference of two elements must be at most the tolerance times
/// `scale`, the size of the numbers that the tensor is made of; `slack` adds to that element by element. Returns what
/// is wrong, or nothing.
std::vector<std::string> compare(std::string_view what, const Tensor& actual, const Tensor& expected, double scale,
                                 const Run& run, const Tensor* slack = nullptr);

/// The least scale of a gradient among the others: a hundredth of the largest element of all of them. A gradient in
/// which large terms cancel (that of a bias which a softmax does not see) is 0 but for the rounding of these terms.
double smallest_gradient_scale(const TensorMap& gradients);

/// Gradients by name. The scale of each is its own largest element, or the smallest_gradient_scale where that is more.
std::vector<std::string> compare_gradients(const TensorMap& actual, const TensorMap& expected, const Run& run);

}  // namespace weft::test
