#pragma once

#include <cstdint>
#include <type_traits>

namespace weft::reference {

/// f(a, b) for a sum, difference or product f. Of i32 it is taken modulo 2^32, where C++ leaves an overflow undefined.
template <typename T, typename Function>
T wrapping(T a, T b, Function f) {
  if constexpr (std::is_same_v<T, std::int32_t>)
    return static_cast<T>(f(static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b)));
  else
    return f(a, b);
}

}  // namespace weft::reference
