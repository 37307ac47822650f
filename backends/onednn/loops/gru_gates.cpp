#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/vector_math.h"
#include "backends/onednn/parallel.h"

// The gates z, r and h lie side by side in a row: [3 * units].

namespace weft::onednn {
namespace {

/// The work of a unit against that of an element moved, for the choice of threads.
constexpr std::int64_t gru_work_per_unit = 8;

struct GruGates {
  float z;
  float r;
  float c;
};

WEFT_INLINE GruGates gru_gates_of(const float* x, const float* h, std::int64_t units, std::int64_t i) {
  const float r = vmath::sigmoid(x[units + i] + h[units + i]);
  return {vmath::sigmoid(x[i] + h[i]), r, vmath::tanh(std::fma(r, h[2 * units + i], x[2 * units + i]))};
}

WEFT_VECTORISED void gru_step(const float* x_gates, const float* h_gates, const float* h, float* next,
                              std::int64_t units) {
#pragma omp simd
  for (std::int64_t i = 0; i < units; ++i) {
    const GruGates gate = gru_gates_of(x_gates, h_gates, units, i);
    // z h + (1 - z) c
    next[i] = std::fma(gate.z, h[i] - gate.c, gate.c);
  }
}

WEFT_VECTORISED void gru_gradient(const float* x_gates, const float* h_gates, const float* h, const float* cotangent,
                                  float* d_x_gates, float* d_h_gates, float* d_h, std::int64_t units) {
#pragma omp simd
  for (std::int64_t i = 0; i < units; ++i) {
    const auto [z, r, c] = gru_gates_of(x_gates, h_gates, units, i);
    const float dy = cotangent[i];
    // Gradients of what the gates' functions were applied to: sigmoid' = s (1 - s), tanh' = 1 - t^2.
    const float before_z = dy * (h[i] - c) * z * (1.0F - z);
    const float before_c = dy * (1.0F - z) * (1.0F - c * c);
    const float before_r = before_c * h_gates[2 * units + i] * r * (1.0F - r);
    d_x_gates[i] = before_z;
    d_x_gates[units + i] = before_r;
    d_x_gates[2 * units + i] = before_c;
    d_h_gates[i] = before_z;
    d_h_gates[units + i] = before_r;
    d_h_gates[2 * units + i] = before_c * r;
    d_h[i] = dy * z;
  }
}

}  // namespace

Kernel gru_gates(const KernelSpec& spec) {
  require_f32(spec);
  const Shape& state = spec.operands[2].shape;
  return {[batch = state[0], units = state[1]](const KernelBuffers& buffers) {
    parallel_for(batch, gru_work_per_unit * units, [&](Range range) {
      for (std::int64_t b = range.first; b < range.last; ++b)
        gru_step(buffers.operand<float>(0) + b * 3 * units, buffers.operand<float>(1) + b * 3 * units,
                 buffers.operand<float>(2) + b * units, buffers.result<float>(0) + b * units, units);
    });
  }};
}

Kernel gru_gates_gradient(const KernelSpec& spec) {
  require_f32(spec);
  const Shape& state = spec.operands[2].shape;
  return {[batch = state[0], units = state[1]](const KernelBuffers& buffers) {
    parallel_for(batch, gru_work_per_unit * units, [&](Range range) {
      for (std::int64_t b = range.first; b < range.last; ++b)
        gru_gradient(buffers.operand<float>(0) + b * 3 * units, buffers.operand<float>(1) + b * 3 * units,
                     buffers.operand<float>(2) + b * units, buffers.operand<float>(3) + b * units,
                     buffers.result<float>(0) + b * 3 * units, buffers.result<float>(1) + b * 3 * units,
                     buffers.result<float>(2) + b * units, units);
    });
  }};
}

}  // namespace weft::onednn
