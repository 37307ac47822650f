#pragma once

#include <cstdint>
#include <utility>

#include "backends/runtime/kernel.h"
#include "graph/base/bfloat16.h"
#include "graph/base/error.h"

// From an element type that is known when a kernel is made to the C++ type that its loop is written in:
//
//   return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() { return Kernel{...}; });

namespace weft::reference {

[[noreturn]] inline void no_kernel_for(const KernelSpec& spec, DType dtype) {
  fail("the reference backend has no kernel for {} in {}", spec.node.op->name, to_string(dtype));
}

/// Calls `make` with T float or double. Throws Error for other element types.
template <typename Make>
Kernel dispatch_float(const KernelSpec& spec, DType dtype, Make&& make) {
  if (dtype == DType::f32) return std::forward<Make>(make).template operator()<float>();
  if (dtype == DType::f64) return std::forward<Make>(make).template operator()<double>();
  no_kernel_for(spec, dtype);
}

/// Calls `make` with T float, double or BFloat16.
template <typename Make>
Kernel dispatch_factor(const KernelSpec& spec, DType dtype, Make&& make) {
  if (dtype == DType::bf16) return std::forward<Make>(make).template operator()<BFloat16>();
  return dispatch_float(spec, dtype, std::forward<Make>(make));
}

/// Calls `make` with the types of operands 0 and 1, the factors of a product.
template <typename Make>
Kernel dispatch_factors(const KernelSpec& spec, Make&& make) {
  const DType lhs = spec.operands[0].dtype;
  if (lhs == DType::bf16 && spec.operands[1].dtype == DType::f32)
    return std::forward<Make>(make).template operator()<BFloat16, float>();
  return dispatch_factor(spec, lhs, [&]<typename T>() -> Kernel { return make.template operator()<T, T>(); });
}

/// Calls `make` with T float, double or std::int32_t.
template <typename Make>
Kernel dispatch_number(const KernelSpec& spec, DType dtype, Make&& make) {
  if (dtype == DType::i32) return std::forward<Make>(make).template operator()<std::int32_t>();
  return dispatch_float(spec, dtype, std::forward<Make>(make));
}

/// Calls `make` with T float, double, BFloat16, std::int32_t, or std::uint8_t for bool.
template <typename Make>
Kernel dispatch_any(const KernelSpec& spec, DType dtype, Make&& make) {
  if (dtype == DType::bf16) return std::forward<Make>(make).template operator()<BFloat16>();
  if (dtype == DType::boolean) return std::forward<Make>(make).template operator()<std::uint8_t>();
  return dispatch_number(spec, dtype, std::forward<Make>(make));
}

}  // namespace weft::reference
