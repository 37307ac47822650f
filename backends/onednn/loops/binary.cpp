#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <type_traits>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/broadcast_walk.h"
#include "backends/onednn/loops/functions.h"
#include "backends/onednn/loops/pointwise.h"
#include "backends/onednn/parallel.h"
#include "ops/op_list.h"

// y[i] = f(a[i], b[i]) with broadcasting: one loop for all functions of two operands.

namespace weft::onednn {
namespace {

// The C library's: a quotient that is multiplied again would be rounded, and so would a logarithm.
struct Remainder {
  WEFT_INLINE static float of(float a, float b) {
    const float of_sign_of_a = std::fmod(a, b);
    const float whole = std::copysign(0.0F, b);
    const float moved = (of_sign_of_a < 0.0F) == (b < 0.0F) ? of_sign_of_a : of_sign_of_a + b;
    return of_sign_of_a == 0.0F ? whole : moved;
  }
};
struct Pow {
  WEFT_INLINE static float of(float a, float b) { return std::pow(a, b); }
};
template <typename Function, typename T, typename Result>
WEFT_VECTORISED void map_pairs(const void* const* operands, const std::int64_t* strides, void* result,
                               std::int64_t count) {
  const T* a = static_cast<const T*>(operands[0]);
  const T* b = static_cast<const T*>(operands[1]);
  Result* y = static_cast<Result*>(result);
  // Loops of their own: a stride that is no constant makes gathers of all loads.
  if (strides[0] == 0 && strides[1] == 0) {
    std::fill_n(y, count, static_cast<Result>(Function::of(*a, *b)));
  } else if (strides[0] == 0) {
    const T first = *a;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) y[i] = static_cast<Result>(Function::of(first, b[i]));
  } else if (strides[1] == 0) {
    const T second = *b;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) y[i] = static_cast<Result>(Function::of(a[i], second));
  } else {
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) y[i] = static_cast<Result>(Function::of(a[i], b[i]));
  }
}

using Loops = std::map<const Op*, PointwiseLoop*>;

template <typename T>
Loops comparison_loops() {
  return vmath::table_of_comparisons(
      [](auto function) -> PointwiseLoop* { return map_pairs<decltype(function), T, std::uint8_t>; });
}

template <typename T>
Loops number_loops() {
  Loops loops = comparison_loops<T>();
  loops.merge(vmath::table_of_binary_numbers(
      [](auto function) -> PointwiseLoop* { return map_pairs<decltype(function), T, T>; }));
  return loops;
}

Loops float_loops() {
  Loops loops = number_loops<float>();
  loops.insert({{&op::accumulate, map_pairs<vmath::Add, float, float>},
                {&op::div, map_pairs<vmath::Div, float, float>},
                {&op::remainder, map_pairs<Remainder, float, float>},
                {&op::pow, map_pairs<Pow, float, float>}});
  return loops;
}

PointwiseLoop* binary_loop(const Op& op, DType operand) {
  static const Loops of_floats = float_loops();
  static const Loops of_integers = number_loops<std::int32_t>();
  static const Loops of_bools = comparison_loops<std::uint8_t>();
  const auto find = [&](const Loops& loops) {
    const auto at = loops.find(&op);
    return at == loops.end() ? nullptr : at->second;
  };
  if (operand == DType::f32) return find(of_floats);
  if (operand == DType::i32) return find(of_integers);
  return operand == DType::boolean ? find(of_bools) : nullptr;
}

Kernel binary(const KernelSpec& spec) {
  const DType dtype = spec.operands[0].dtype;
  PointwiseLoop* loop = binary_loop(*spec.node.op, dtype);
  if (loop == nullptr) no_kernel_for(dtype);
  const BroadcastWalk<2> walk({spec.operands[0].shape, spec.operands[1].shape}, spec.results[0].shape);
  const std::array<std::int64_t, 2> strides{walk.inner_stride(0), walk.inner_stride(1)};
  const auto size = static_cast<std::int64_t>(size_of(dtype));
  const auto result_size = static_cast<std::int64_t>(size_of(spec.results[0].dtype));
  return {[walk, loop, strides, size, result_size](const KernelBuffers& buffers) {
    const auto* a = buffers.operand<std::byte>(0);
    const auto* b = buffers.operand<std::byte>(1);
    auto* y = buffers.result<std::byte>(0);
    parallel_elements(walk.volume(), [&](Range range) {
      walk.for_each_span(range, [&](std::int64_t first, std::int64_t length, const auto& offsets) {
        const std::array<const void*, 2> operands{a + offsets[0] * size, b + offsets[1] * size};
        loop(operands.data(), strides.data(), y + first * result_size, length);
      });
    });
  }};
}

}  // namespace

Kernel add(const KernelSpec& spec) { return binary(spec); }
Kernel accumulate(const KernelSpec& spec) { return binary(spec); }
Kernel sub(const KernelSpec& spec) { return binary(spec); }
Kernel mul(const KernelSpec& spec) { return binary(spec); }
Kernel div(const KernelSpec& spec) { return binary(spec); }
Kernel minimum(const KernelSpec& spec) { return binary(spec); }
Kernel maximum(const KernelSpec& spec) { return binary(spec); }
Kernel remainder(const KernelSpec& spec) { return binary(spec); }
Kernel pow(const KernelSpec& spec) { return binary(spec); }
Kernel equal(const KernelSpec& spec) { return binary(spec); }
Kernel less(const KernelSpec& spec) { return binary(spec); }

}  // namespace weft::onednn
