#include <cstddef>
#include <type_traits>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/pointwise.h"
#include "backends/onednn/loops/vector_math.h"
#include "backends/onednn/parallel.h"
#include "graph/base/bfloat16.h"

// y[i] = x[i] in another element type. f64 and bf16 are among them here, though other loops do not compute in them.

namespace weft::onednn {
namespace {

template <typename To, typename From>
WEFT_INLINE To converted(From x) {
  if constexpr (std::is_same_v<From, BFloat16>)
    return converted<To>(static_cast<float>(x));
  else if constexpr (std::is_same_v<To, BFloat16>)
    return BFloat16(static_cast<float>(x));
  else if constexpr (std::is_same_v<To, std::uint8_t>)
    return static_cast<To>(x != From{0});
  else if constexpr (std::is_same_v<To, std::int32_t> && std::is_floating_point_v<From>)
    return vmath::to_integer(x);
  else
    return static_cast<To>(x);
}

template <typename From, typename To>
WEFT_VECTORISED void convert(const void* const* operands, const std::int64_t*, void* result, std::int64_t count) {
  const From* x = static_cast<const From*>(operands[0]);
  To* y = static_cast<To*>(result);
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) y[i] = converted<To>(x[i]);
}

template <typename From>
PointwiseLoop* loop_from(DType to) {
  switch (to) {
    case DType::f32:
      return convert<From, float>;
    case DType::f64:
      return convert<From, double>;
    case DType::bf16:
      return convert<From, BFloat16>;
    case DType::i32:
      return convert<From, std::int32_t>;
    case DType::boolean:
      return convert<From, std::uint8_t>;
  }
  throw InternalError("a cast to no element type");
}

PointwiseLoop* cast_loop(DType from, DType to) {
  switch (from) {
    case DType::f32:
      return loop_from<float>(to);
    case DType::f64:
      return loop_from<double>(to);
    case DType::bf16:
      return loop_from<BFloat16>(to);
    case DType::i32:
      return loop_from<std::int32_t>(to);
    case DType::boolean:
      return loop_from<std::uint8_t>(to);
  }
  throw InternalError("a cast from no element type");
}

}  // namespace

Kernel cast(const KernelSpec& spec) {
  const DType from = spec.operands[0].dtype;
  const DType to = spec.results[0].dtype;
  return {[loop = cast_loop(from, to), count = spec.results[0].shape.volume(),
           from_size = static_cast<std::int64_t>(size_of(from)),
           to_size = static_cast<std::int64_t>(size_of(to))](const KernelBuffers& buffers) {
    const auto* x = buffers.operand<std::byte>(0);
    auto* y = buffers.result<std::byte>(0);
    parallel_elements(count, [&](Range range) {
      const void* operand = x + range.first * from_size;
      loop(&operand, nullptr, y + range.first * to_size, range.size());
    });
  }};
}

}  // namespace weft::onednn
