#include <cstddef>
#include <map>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/functions.h"
#include "backends/onednn/loops/pointwise.h"
#include "backends/onednn/parallel.h"
#include "ops/op_list.h"

// y[i] = f(x[i]): one loop for all functions of one operand.

namespace weft::onednn {
namespace {

// The C library's: large angles take more than a loop without branches can do.
struct Sin {
  WEFT_INLINE static float of(float x) { return std::sin(x); }
};
struct Cos {
  WEFT_INLINE static float of(float x) { return std::cos(x); }
};

template <typename Function, typename T>
WEFT_VECTORISED void map_elements(const void* const* operands, const std::int64_t*, void* result, std::int64_t count) {
  const T* x = static_cast<const T*>(operands[0]);
  T* y = static_cast<T*>(result);
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = Function::of(x[i]);
}

PointwiseLoop* unary_loop(const Op& op, DType dtype) {
  using Loops = std::map<const Op*, PointwiseLoop*>;
  static const Loops of_floats = [] {
    const auto make = [](auto function) -> PointwiseLoop* { return map_elements<decltype(function), float>; };
    Loops loops = vmath::table_of_unary_floats(make);
    loops.merge(vmath::table_of_unary_numbers(make));
    loops.insert({{&op::sin, make(Sin{})}, {&op::cos, make(Cos{})}});
    return loops;
  }();
  static const Loops of_integers = vmath::table_of_unary_numbers(
      [](auto function) -> PointwiseLoop* { return map_elements<decltype(function), std::int32_t>; });
  const auto find = [&](const Loops& loops) {
    const auto at = loops.find(&op);
    return at == loops.end() ? nullptr : at->second;
  };
  if (dtype == DType::f32) return find(of_floats);
  return dtype == DType::i32 ? find(of_integers) : nullptr;
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
