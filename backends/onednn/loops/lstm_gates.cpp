#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/vector_math.h"
#include "backends/onednn/parallel.h"

// The gates i, f, g and o lie side by side in a row: [4 * units].

namespace weft::onednn {
namespace {

/// The work of a unit against that of an element moved, for the choice of threads.
constexpr std::int64_t lstm_work_per_unit = 8;

struct LstmGates {
  float i;
  float f;
  float g;
  float o;
};

WEFT_INLINE LstmGates lstm_gates_of(const float* gates, std::int64_t units, std::int64_t u) {
  return {vmath::sigmoid(gates[u]), vmath::sigmoid(gates[units + u]), vmath::tanh(gates[2 * units + u]),
          vmath::sigmoid(gates[3 * units + u])};
}

WEFT_VECTORISED void lstm_step(const float* gates, const float* c, float* h_next, float* c_next, std::int64_t units) {
#pragma omp simd
  for (std::int64_t u = 0; u < units; ++u) {
    const auto [i, f, g, o] = lstm_gates_of(gates, units, u);
    const float next = std::fma(f, c[u], i * g);
    c_next[u] = next;
    h_next[u] = o * vmath::tanh(next);
  }
}

WEFT_VECTORISED void lstm_gradient(const float* gates, const float* c, const float* h_cotangent,
                                   const float* c_cotangent, float* d_gates, float* d_c, std::int64_t units) {
#pragma omp simd
  for (std::int64_t u = 0; u < units; ++u) {
    const auto [i, f, g, o] = lstm_gates_of(gates, units, u);
    const float t = vmath::tanh(std::fma(f, c[u], i * g));
    const float dh = h_cotangent[u];
    const float dc = std::fma(dh * o, 1.0F - t * t, c_cotangent[u]);
    // Gradients of what the gates' functions were applied to: sigmoid' = s (1 - s), tanh' = 1 - t^2.
    d_gates[u] = dc * g * i * (1.0F - i);
    d_gates[units + u] = dc * c[u] * f * (1.0F - f);
    d_gates[2 * units + u] = dc * i * (1.0F - g * g);
    d_gates[3 * units + u] = dh * t * o * (1.0F - o);
    d_c[u] = dc * f;
  }
}

}  // namespace

Kernel lstm_gates(const KernelSpec& spec) {
  require_f32(spec);
  const Shape& state = spec.operands[1].shape;
  return {[batch = state[0], units = state[1]](const KernelBuffers& buffers) {
    parallel_for(batch, lstm_work_per_unit * units, [&](Range range) {
      for (std::int64_t b = range.first; b < range.last; ++b)
        lstm_step(buffers.operand<float>(0) + b * 4 * units, buffers.operand<float>(1) + b * units,
                  buffers.result<float>(0) + b * units, buffers.result<float>(1) + b * units, units);
    });
  }};
}

Kernel lstm_gates_gradient(const KernelSpec& spec) {
  require_f32(spec);
  const Shape& state = spec.operands[1].shape;
  return {[batch = state[0], units = state[1]](const KernelBuffers& buffers) {
    parallel_for(batch, lstm_work_per_unit * units, [&](Range range) {
      for (std::int64_t b = range.first; b < range.last; ++b)
        lstm_gradient(buffers.operand<float>(0) + b * 4 * units, buffers.operand<float>(1) + b * units,
                      buffers.operand<float>(2) + b * units, buffers.operand<float>(3) + b * units,
                      buffers.result<float>(0) + b * 4 * units, buffers.result<float>(1) + b * units, units);
    });
  }};
}

}  // namespace weft::onednn
