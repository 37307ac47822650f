#pragma once

#include <cstdint>
#include <utility>

#include "backends/runtime/kernel.h"
#include "graph/base/error.h"

// From an element type that is known when a kernel is made to the C++ type that its loop is written in.

namespace weft::onednn {

[[noreturn]] inline void no_kernel_for(DType dtype) {
  fail("the onednn backend does not compute in {}: the reference backend computes in f32 and f64", to_string(dtype));
}

/// Throws Error unless all floating-point operands and results are f32.
inline void require_f32(const KernelSpec& spec) {
  const auto check = [&](std::span<const TensorType> types) {
    for (const TensorType& type : types)
      if (is_float(type.dtype) && type.dtype != DType::f32) no_kernel_for(type.dtype);
  };
  check(spec.operands);
  check(spec.results);
}

/// Calls `make` with T float or std::int32_t. Throws Error for other element types.
template <typename Make>
Kernel dispatch_number(DType dtype, Make&& make) {
  if (dtype == DType::f32) return std::forward<Make>(make).template operator()<float>();
  if (dtype == DType::i32) return std::forward<Make>(make).template operator()<std::int32_t>();
  no_kernel_for(dtype);
}

/// Calls `make` with T float, std::int32_t, or std::uint8_t for bool.
template <typename Make>
Kernel dispatch_any(DType dtype, Make&& make) {
  if (dtype == DType::boolean) return std::forward<Make>(make).template operator()<std::uint8_t>();
  return dispatch_number(dtype, std::forward<Make>(make));
}

/// For kernels that only move elements: calls `make` with an unsigned T of the element type's size.
template <typename Make>
Kernel dispatch_size(DType dtype, Make&& make) {
  switch (size_of(dtype)) {
    case 1:
      return std::forward<Make>(make).template operator()<std::uint8_t>();
    case 2:
      return std::forward<Make>(make).template operator()<std::uint16_t>();
    case 4:
      return std::forward<Make>(make).template operator()<std::uint32_t>();
    default:
      return std::forward<Make>(make).template operator()<std::uint64_t>();
  }
}

}  // namespace weft::onednn
