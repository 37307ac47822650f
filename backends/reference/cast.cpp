#include <limits>
#include <type_traits>

#include "backends/reference/dispatch.h"
#include "backends/reference/elementwise.h"
#include "backends/reference/kernels.h"

namespace weft::reference {
namespace {

/// Without the fraction; the nearest one when x does not fit, 0 when it is NaN.
template <typename From>
std::int32_t to_integer(From x) {
  if (x != x) return 0;
  if (x >= From{0x1p31}) return std::numeric_limits<std::int32_t>::max();
  if (x <= From{-0x1p31}) return std::numeric_limits<std::int32_t>::min();
  return static_cast<std::int32_t>(x);
}

template <typename To, typename From>
To converted(From x) {
  if constexpr (std::is_same_v<From, BFloat16>)
    return converted<To>(static_cast<float>(x));
  else if constexpr (std::is_same_v<To, BFloat16>)
    return BFloat16(static_cast<float>(x));
  else if constexpr (std::is_same_v<To, std::uint8_t>)
    return static_cast<To>(x != From{0});
  else if constexpr (std::is_same_v<To, std::int32_t> && std::is_floating_point_v<From>)
    return to_integer(x);
  else
    return static_cast<To>(x);
}

template <typename From, typename To>
Kernel convert(const KernelSpec& spec) {
  return {[size = spec.results[0].shape.volume()](const KernelBuffers& buffers) {
    const From* x = buffers.operand<From>(0);
    To* y = buffers.result<To>(0);
    for (std::int64_t i = 0; i < size; ++i) y[i] = converted<To>(x[i]);
  }};
}

}  // namespace

Kernel cast(const KernelSpec& spec) {
  return dispatch_any(spec, spec.operands[0].dtype, [&]<typename From>() {
    return dispatch_any(spec, spec.results[0].dtype, [&]<typename To>() { return convert<From, To>(spec); });
  });
}

}  // namespace weft::reference
