#pragma once

// What the tests of the fast backend share.

#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "backends/onednn/onednn_backend.h"
#include "backends/onednn/threads.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/execution.h"
#include "graph/base/random.h"
#include "ops/ops.h"
#include "passes/float_type.h"

namespace weft::test {

/// Of float32 against float64, for sums of up to some thousand terms.
inline constexpr double tolerance = 3e-6;

/// Extents around the widths of vectors.
inline const std::vector<std::int64_t> odd_extents{1, 3, 15, 16, 17, 31, 33, 64, 65};

/// Random floats in [low, high), others for another name.
inline Tensor draw(std::string_view name, const Shape& shape, double low = -2.0, double high = 2.0) {
  Tensor tensor(TensorType{DType::f32, shape});
  const CounterRandom random(7, name);
  std::uint64_t index = 0;
  for (float& element : tensor.as<float>()) element = static_cast<float>(random.uniform(index++, low, high));
  return tensor;
}

/// A row of a matrix, as a matrix.
inline Tensor row_of(const Tensor& matrix, std::int64_t row) {
  const std::int64_t columns = matrix.shape()[1];
  return Tensor::of<float>({1, columns}, matrix.as<float>().subspan(static_cast<std::size_t>(row * columns),
                                                                    static_cast<std::size_t>(columns)));
}

/// Random floats for every floating-point input of the graph; numbers from [0, ids) for every i32 one.
inline TensorMap draw_all(const Graph& graph, std::int32_t ids = 1) {
  TensorMap tensors;
  for (const NodeId id : graph.leaves(leaf::input)) {
    const std::string& name = graph.node(id).name;
    const TensorType& type = graph.type(graph.node(id).results[0]);
    const bool integer = type.dtype == DType::i32;
    tensors.emplace(name, draw(name, type.shape, integer ? 0.0 : -2.0, integer ? ids : 2.0).converted_to(type.dtype));
  }
  return tensors;
}

/// While it lives, kernels run on that many threads.
class Threads {
 public:
  explicit Threads(int count) : before_(onednn::thread_count()) { onednn::set_thread_count(count); }
  ~Threads() { onednn::set_thread_count(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

/// The outputs of a graph by the fast backend, whose kernels run on all threads, however little work they have.
inline TensorMap run_fast(const Graph& graph, const TensorMap& inputs) {
  return Execution(compile(graph, *onednn_backend({.threads = onednn::thread_count()}))).run(inputs);
}

/// The largest difference of two tensors, relative to the largest element of the second; infinite where one is NaN.
inline double distance(const Tensor& actual, const Tensor& expected) {
  double difference = 0.0;
  double scale = 0.0;
  for (std::int64_t i = 0; i < expected.shape().volume(); ++i) {
    const double here = std::abs(actual.number(i) - expected.number(i));
    if (std::isnan(here)) return INFINITY;
    difference = std::max(difference, here);
    scale = std::max(scale, std::abs(expected.number(i)));
  }
  return difference == 0.0 ? 0.0 : difference / scale;
}

/// How far the fast backend's outputs are from the reference backend's in f64, at most over all outputs.
inline double distance_from_reference(const Graph& graph, const TensorMap& inputs) {
  TensorMap inputs_f64;
  for (const auto& [name, tensor] : inputs)
    inputs_f64.emplace(name, is_float(tensor.dtype()) ? tensor.converted_to(DType::f64) : tensor);
  const TensorMap expected =
      Execution(compile(with_float_type(graph, DType::f64), reference_backend())).run(inputs_f64);
  double worst = 0.0;
  for (const auto& [name, tensor] : run_fast(graph, inputs))
    worst = std::max(worst, distance(tensor, expected.at(name)));
  return worst;
}

}  // namespace weft::test
