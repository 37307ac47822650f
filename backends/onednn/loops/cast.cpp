#include <limits>
#include <type_traits>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"

// y[i] = x[i] in another element type. f64 is one of them here, though no other kernel computes in it.

namespace weft::onednn {
namespace {

/// Without the fraction; the nearest one when x does not fit, 0 when it is NaN. What does not fit is moved to where it
/// does before it is converted, since C++ leaves that undefined.
template <typename From>
WEFT_INLINE std::int32_t to_integer(From x) {
  constexpr From least{-0x1p31};
  constexpr From end{0x1p31};
  constexpr From largest = std::is_same_v<From, float> ? From{0x1.fffffep30} : static_cast<From>(0x7fffffff);
  const From not_below = x > least ? x : least;
  const auto cut = static_cast<std::int32_t>(not_below < largest ? not_below : largest);
  const std::int32_t y = x >= end ? std::numeric_limits<std::int32_t>::max() : cut;
  return x == x ? y : 0;
}

template <typename To, typename From>
WEFT_INLINE To converted(From x) {
  if constexpr (std::is_same_v<To, std::uint8_t>)
    return static_cast<To>(x != From{0});
  else if constexpr (std::is_same_v<To, std::int32_t> && std::is_floating_point_v<From>)
    return to_integer(x);
  else
    return static_cast<To>(x);
}

template <typename From, typename To>
WEFT_VECTORISED void convert(const From* x, To* y, std::int64_t count) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = converted<To>(x[i]);
}

template <typename From, typename To>
Kernel conversion(const KernelSpec& spec) {
  return {[count = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
    const From* x = buffers.operand<From>(0);
    To* y = buffers.result<To>(0);
    parallel_elements(count, [&](Range range) { convert(x + range.first, y + range.first, range.size()); });
  }};
}

template <typename Make>
Kernel dispatch_with_f64(DType dtype, Make&& make) {
  if (dtype == DType::f64) return std::forward<Make>(make).template operator()<double>();
  return dispatch_any(dtype, std::forward<Make>(make));
}

}  // namespace

Kernel cast(const KernelSpec& spec) {
  return dispatch_with_f64(spec.operands[0].dtype, [&]<typename From>() {
    return dispatch_with_f64(spec.results[0].dtype, [&]<typename To>() { return conversion<From, To>(spec); });
  });
}

}  // namespace weft::onednn
