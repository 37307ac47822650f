#include <cstddef>
#include <map>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/pointwise.h"
#include "backends/onednn/loops/vector_math.h"
#include "backends/onednn/parallel.h"
#include "ops/op_list.h"

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
WEFT_VECTORISED void map(const void* const* operands, const std::int64_t*, void* result, std::int64_t count) {
  const T* x = static_cast<const T*>(operands[0]);
  T* y = static_cast<T*>(result);
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = Function::of(x[i]);
}

Kernel unary(const KernelSpec& spec) {
  const DType dtype = spec.operands[0].dtype;
  PointwiseLoop* loop = unary_loop(*spec.node.op, dtype);
  if (loop == nullptr) no_kernel_for(dtype);
  const auto size = static_cast<std::int64_t>(size_of(dtype));
  return {[loop, size, count = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
    const auto* x = buffers.operand<std::byte>(0);
    auto* y = buffers.result<std::byte>(0);
    parallel_elements(count, [&](Range range) {
      const void* from = x + range.first * size;
      loop(&from, nullptr, y + range.first * size, range.size());
    });
  }};
}

}  // namespace

PointwiseLoop* unary_loop(const Op& op, DType dtype) {
  static const std::map<const Op*, PointwiseLoop*> of_floats{
      {&op::neg, map<Neg, float>},     {&op::exp, map<Exp, float>},         {&op::log, map<Log, float>},
      {&op::tanh, map<Tanh, float>},   {&op::sigmoid, map<Sigmoid, float>}, {&op::relu, map<Relu, float>},
      {&op::sqrt, map<Sqrt, float>},   {&op::abs, map<Abs, float>},         {&op::sign, map<Sign, float>},
      {&op::floor, map<Floor, float>}, {&op::round, map<Round, float>},     {&op::log1p, map<Log1p, float>},
      {&op::expm1, map<Expm1, float>}, {&op::erf, map<Erf, float>},         {&op::softplus, map<Softplus, float>},
      {&op::sin, map<Sin, float>},     {&op::cos, map<Cos, float>}};
  static const std::map<const Op*, PointwiseLoop*> of_integers{
      {&op::neg, map<Neg, std::int32_t>}, {&op::abs, map<Abs, std::int32_t>}, {&op::sign, map<Sign, std::int32_t>}};
  const auto find = [&](const std::map<const Op*, PointwiseLoop*>& loops) {
    const auto at = loops.find(&op);
    return at == loops.end() ? nullptr : at->second;
  };
  if (dtype == DType::f32) return find(of_floats);
  return dtype == DType::i32 ? find(of_integers) : nullptr;
}

Kernel neg(const KernelSpec& spec) { return unary(spec); }
Kernel exp(const KernelSpec& spec) { return unary(spec); }
Kernel log(const KernelSpec& spec) { return unary(spec); }
Kernel tanh(const KernelSpec& spec) { return unary(spec); }
Kernel sigmoid(const KernelSpec& spec) { return unary(spec); }
Kernel relu(const KernelSpec& spec) { return unary(spec); }
Kernel sqrt(const KernelSpec& spec) { return unary(spec); }
Kernel abs(const KernelSpec& spec) { return unary(spec); }
Kernel sign(const KernelSpec& spec) { return unary(spec); }
Kernel floor(const KernelSpec& spec) { return unary(spec); }
Kernel round(const KernelSpec& spec) { return unary(spec); }
Kernel log1p(const KernelSpec& spec) { return unary(spec); }
Kernel expm1(const KernelSpec& spec) { return unary(spec); }
Kernel erf(const KernelSpec& spec) { return unary(spec); }
Kernel softplus(const KernelSpec& spec) { return unary(spec); }
Kernel sin(const KernelSpec& spec) { return unary(spec); }
Kernel cos(const KernelSpec& spec) { return unary(spec); }

}  // namespace weft::onednn
