#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/vector_math.h"
#include "backends/onednn/parallel.h"

// y[i] = f(x[i]): one loop for all functions of one operand.

namespace weft::onednn {
namespace {

struct Neg {
  WEFT_INLINE static float of(float x) { return -x; }
};
struct Exp {
  WEFT_INLINE static float of(float x) { return vmath::exp(x); }
};
struct Log {
  WEFT_INLINE static float of(float x) { return vmath::log(x); }
};
struct Tanh {
  WEFT_INLINE static float of(float x) { return vmath::tanh(x); }
};
struct Sigmoid {
  WEFT_INLINE static float of(float x) { return vmath::sigmoid(x); }
};
struct Relu {
  WEFT_INLINE static float of(float x) { return x < 0.0F ? 0.0F : x; }
};
struct Sqrt {
  WEFT_INLINE static float of(float x) { return std::sqrt(x); }
};

template <typename Function>
WEFT_VECTORISED void map(const float* x, float* y, std::int64_t count) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = Function::of(x[i]);
}

template <typename Function>
Kernel unary(const KernelSpec& spec) {
  require_f32(spec);
  return {[count = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
    const float* x = buffers.operand<float>(0);
    float* y = buffers.result<float>(0);
    parallel_elements(count, [&](Range range) { map<Function>(x + range.first, y + range.first, range.size()); });
  }};
}

}  // namespace

Kernel neg(const KernelSpec& spec) { return unary<Neg>(spec); }
Kernel exp(const KernelSpec& spec) { return unary<Exp>(spec); }
Kernel log(const KernelSpec& spec) { return unary<Log>(spec); }
Kernel tanh(const KernelSpec& spec) { return unary<Tanh>(spec); }
Kernel sigmoid(const KernelSpec& spec) { return unary<Sigmoid>(spec); }
Kernel relu(const KernelSpec& spec) { return unary<Relu>(spec); }
Kernel sqrt(const KernelSpec& spec) { return unary<Sqrt>(spec); }

}  // namespace weft::onednn
