#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"

namespace weft::reference {
namespace {

/// Whether element i of a row comes before element k: NaNs first, then larger ones, of equals the earlier one.
template <typename T>
bool comes_before(const T* row, std::int64_t i, std::int64_t k) {
  const bool nan_i = row[i] != row[i];
  const bool nan_k = row[k] != row[k];
  if (nan_i != nan_k) return nan_i;
  if (!nan_i && row[i] != row[k]) return row[i] > row[k];
  return i < k;
}

}  // namespace

// Each element of the result is the first of those that come after the one before it.
Kernel top_k(const KernelSpec& spec) {
  return dispatch_number(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const std::int64_t extent = spec.operands[0].shape[-1];
    const std::int64_t count = spec.results[0].shape[-1];
    const std::int64_t rows = spec.results[0].shape.volume() / count;
    return {[=](const KernelBuffers& buffers) {
      for (std::int64_t row = 0; row < rows; ++row) {
        const T* x = buffers.operand<T>(0) + row * extent;
        T* values = buffers.result<T>(0) + row * count;
        auto* indices = buffers.result<std::int32_t>(1) + row * count;
        for (std::int64_t i = 0; i < count; ++i) {
          std::int64_t best = -1;
          for (std::int64_t k = 0; k < extent; ++k)
            if ((i == 0 || comes_before<T>(x, indices[i - 1], k)) && (best < 0 || comes_before(x, k, best))) best = k;
          indices[i] = static_cast<std::int32_t>(best);
          values[i] = x[best];
        }
      }
    }};
  });
}

}  // namespace weft::reference
