#include <cmath>
#include <type_traits>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/broadcast_walk.h"
#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"

// y[i] = f(a[i], b[i]) with broadcasting: one loop for all functions of two operands.

namespace weft::onednn {
namespace {

// Integers are computed as unsigned ones, so that overflow wraps around.
template <typename T>
using Arithmetic = std::conditional_t<std::is_integral_v<T>, std::uint32_t, T>;

struct Add {
  template <typename T>
  WEFT_INLINE static T of(T a, T b) {
    return static_cast<T>(static_cast<Arithmetic<T>>(a) + static_cast<Arithmetic<T>>(b));
  }
};
struct Sub {
  template <typename T>
  WEFT_INLINE static T of(T a, T b) {
    return static_cast<T>(static_cast<Arithmetic<T>>(a) - static_cast<Arithmetic<T>>(b));
  }
};
struct Mul {
  template <typename T>
  WEFT_INLINE static T of(T a, T b) {
    return static_cast<T>(static_cast<Arithmetic<T>>(a) * static_cast<Arithmetic<T>>(b));
  }
};
struct Div {
  WEFT_INLINE static float of(float a, float b) { return a / b; }
};
// NaN when either is: comparisons with it are false, so that b is taken when it is NaN.
struct Minimum {
  template <typename T>
  WEFT_INLINE static T of(T a, T b) {
    return a < b || a != a ? a : b;
  }
};
struct Maximum {
  template <typename T>
  WEFT_INLINE static T of(T a, T b) {
    return a > b || a != a ? a : b;
  }
};
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
struct Equal {
  template <typename T>
  WEFT_INLINE static std::uint8_t of(T a, T b) {
    return static_cast<std::uint8_t>(a == b);
  }
};
struct Less {
  template <typename T>
  WEFT_INLINE static std::uint8_t of(T a, T b) {
    return static_cast<std::uint8_t>(a < b);
  }
};

template <typename Function, int stride_a, int stride_b, typename T, typename Result>
WEFT_VECTORISED void map(const T* a, const T* b, Result* y, std::int64_t count) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = Function::of(a[i * stride_a], b[i * stride_b]);
}

// The loop for the operands' strides along the innermost axis.
template <typename Function, typename T, typename Result>
auto map_for(std::int64_t stride_a, std::int64_t stride_b) {
  if (stride_a == 0) return stride_b == 0 ? map<Function, 0, 0, T, Result> : map<Function, 0, 1, T, Result>;
  return stride_b == 0 ? map<Function, 1, 0, T, Result> : map<Function, 1, 1, T, Result>;
}

template <typename Function, typename T, typename Result>
Kernel binary(const KernelSpec& spec) {
  const BroadcastWalk<2> walk({spec.operands[0].shape, spec.operands[1].shape}, spec.results[0].shape);
  const auto map = map_for<Function, T, Result>(walk.inner_stride(0), walk.inner_stride(1));
  return {[walk, map](const KernelBuffers& buffers) {
    const T* a = buffers.operand<T>(0);
    const T* b = buffers.operand<T>(1);
    Result* y = buffers.result<Result>(0);
    parallel_elements(walk.volume(), [&](Range range) {
      walk.for_each_span(range, [&](std::int64_t first, std::int64_t length, const auto& offsets) {
        map(a + offsets[0], b + offsets[1], y + first, length);
      });
    });
  }};
}

template <typename Function>
Kernel arithmetic(const KernelSpec& spec) {
  return dispatch_number(spec.operands[0].dtype, [&]<typename T>() { return binary<Function, T, T>(spec); });
}

template <typename Function>
Kernel comparison(const KernelSpec& spec) {
  return dispatch_any(spec.operands[0].dtype, [&]<typename T>() { return binary<Function, T, std::uint8_t>(spec); });
}

}  // namespace

Kernel add(const KernelSpec& spec) { return arithmetic<Add>(spec); }
Kernel sub(const KernelSpec& spec) { return arithmetic<Sub>(spec); }
Kernel mul(const KernelSpec& spec) { return arithmetic<Mul>(spec); }
Kernel div(const KernelSpec& spec) {
  require_f32(spec);
  return binary<Div, float, float>(spec);
}
Kernel minimum(const KernelSpec& spec) { return arithmetic<Minimum>(spec); }
Kernel maximum(const KernelSpec& spec) { return arithmetic<Maximum>(spec); }
Kernel remainder(const KernelSpec& spec) {
  require_f32(spec);
  return binary<Remainder, float, float>(spec);
}
Kernel pow(const KernelSpec& spec) {
  require_f32(spec);
  return binary<Pow, float, float>(spec);
}
Kernel equal(const KernelSpec& spec) { return comparison<Equal>(spec); }
Kernel less(const KernelSpec& spec) { return comparison<Less>(spec); }

}  // namespace weft::onednn
