#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/vector_math.h"
#include "backends/onednn/parallel.h"

// y[i] = f(x[i]): one loop for all functions of one operand.

namespace weft::onednn {
namespace {

struct Neg {
  WEFT_INLINE static float of(float x) { return -x; }
  // As an unsigned one, so that the least one wraps around.
  WEFT_INLINE static std::int32_t of(std::int32_t x) {
    return static_cast<std::int32_t>(-static_cast<std::uint32_t>(x));
  }
};
struct Abs {
  WEFT_INLINE static float of(float x) { return std::fabs(x); }
  WEFT_INLINE static std::int32_t of(std::int32_t x) { return x < 0 ? Neg::of(x) : x; }
};
struct Sign {
  template <typename T>
  WEFT_INLINE static T of(T x) {
    const T below = x < T{0} ? T{-1} : x;  // a zero, or NaN
    return x > T{0} ? T{1} : below;
  }
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
struct Floor {
  WEFT_INLINE static float of(float x) { return std::floor(x); }
};
// In the rounding mode of a program that does not change it: of two, the even one.
struct Round {
  WEFT_INLINE static float of(float x) { return std::nearbyint(x); }
};
struct Log1p {
  WEFT_INLINE static float of(float x) { return vmath::log1p(x); }
};
struct Expm1 {
  WEFT_INLINE static float of(float x) { return vmath::expm1(x); }
};
struct Erf {
  WEFT_INLINE static float of(float x) { return vmath::erf(x); }
};
struct Softplus {
  WEFT_INLINE static float of(float x) { return vmath::softplus(x); }
};
// The C library's: large angles take more than a loop without branches can do.
struct Sin {
  WEFT_INLINE static float of(float x) { return std::sin(x); }
};
struct Cos {
  WEFT_INLINE static float of(float x) { return std::cos(x); }
};

template <typename Function, typename T>
WEFT_VECTORISED void map(const T* x, T* y, std::int64_t count) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = Function::of(x[i]);
}

template <typename Function, typename T>
Kernel unary_in(const KernelSpec& spec) {
  return {[count = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
    const T* x = buffers.operand<T>(0);
    T* y = buffers.result<T>(0);
    parallel_elements(count, [&](Range range) { map<Function>(x + range.first, y + range.first, range.size()); });
  }};
}

template <typename Function>
Kernel unary(const KernelSpec& spec) {
  require_f32(spec);
  return unary_in<Function, float>(spec);
}

template <typename Function>
Kernel unary_of_number(const KernelSpec& spec) {
  return dispatch_number(spec.operands[0].dtype, [&]<typename T>() { return unary_in<Function, T>(spec); });
}

}  // namespace

Kernel neg(const KernelSpec& spec) { return unary_of_number<Neg>(spec); }
Kernel exp(const KernelSpec& spec) { return unary<Exp>(spec); }
Kernel log(const KernelSpec& spec) { return unary<Log>(spec); }
Kernel tanh(const KernelSpec& spec) { return unary<Tanh>(spec); }
Kernel sigmoid(const KernelSpec& spec) { return unary<Sigmoid>(spec); }
Kernel relu(const KernelSpec& spec) { return unary<Relu>(spec); }
Kernel sqrt(const KernelSpec& spec) { return unary<Sqrt>(spec); }
Kernel abs(const KernelSpec& spec) { return unary_of_number<Abs>(spec); }
Kernel sign(const KernelSpec& spec) { return unary_of_number<Sign>(spec); }
Kernel floor(const KernelSpec& spec) { return unary<Floor>(spec); }
Kernel round(const KernelSpec& spec) { return unary<Round>(spec); }
Kernel log1p(const KernelSpec& spec) { return unary<Log1p>(spec); }
Kernel expm1(const KernelSpec& spec) { return unary<Expm1>(spec); }
Kernel erf(const KernelSpec& spec) { return unary<Erf>(spec); }
Kernel softplus(const KernelSpec& spec) { return unary<Softplus>(spec); }
Kernel sin(const KernelSpec& spec) { return unary<Sin>(spec); }
Kernel cos(const KernelSpec& spec) { return unary<Cos>(spec); }

}  // namespace weft::onednn
