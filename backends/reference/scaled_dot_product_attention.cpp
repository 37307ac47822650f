#include <algorithm>
#include <cmath>

#include "backends/reference/attention_scores.h"
#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel scaled_dot_product_attention(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    const AttentionScoresOf scores(spec, AttentionForm::fixed_forward);
    const auto run = [scores](const KernelBuffers& buffers) {
      const AttentionForm& form = scores.form();
      constexpr T none = -std::numeric_limits<T>::infinity();
      T* row = static_cast<T*>(buffers.scratch);
      for (std::int64_t query = 0; query < form.batch * form.queries; ++query) {
        const std::int64_t first_key = query / form.queries * form.keys;
        T* y = buffers.result<T>(0) + query * form.value_units;
        std::fill_n(y, form.value_units, T(0));
        T max = none;
        for (std::int64_t s = 0; s < form.keys; ++s) {
          row[s] = scores.score<T>(buffers, query, first_key + s);
          max = std::isnan(row[s]) ? row[s] : std::max(row[s], max);
        }
        T sum = T(0);
        for (std::int64_t s = 0; s < form.keys; ++s) sum += row[s] == none ? T(0) : std::exp(row[s] - max);
        buffers.result<T>(1)[query] = max == none ? none : max + std::log(sum);
        for (std::int64_t s = 0; s < form.keys; ++s) {
          if (row[s] == none) continue;
          const T weight = std::exp(row[s] - max) / sum * scores.kept<T>(buffers, query, first_key + s);
          const T* value = buffers.operand<T>(2) + (first_key + s) * form.value_units;
          for (std::int64_t u = 0; u < form.value_units; ++u) y[u] += weight * value[u];
        }
      }
    };
    return {run, static_cast<std::size_t>(scores.form().keys) * sizeof(T)};
  });
}

}  // namespace weft::reference
