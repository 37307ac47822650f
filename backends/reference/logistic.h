#pragma once

#include <cmath>

namespace weft::reference {

/// 1 / (1 + exp(-x)).
template <typename T>
T logistic(T x) {
  return T(1) / (T(1) + std::exp(-x));
}

}  // namespace weft::reference
