#include <algorithm>
#include <cmath>

#include "backends/reference/attention_scores.h"
#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"

namespace weft::reference {

Kernel scaled_dot_product_attention_gradient(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    return {[scores = AttentionScoresOf(spec, AttentionForm::fixed_backward)](const KernelBuffers& buffers) {
      const AttentionForm& form = scores.form();
      T* d_query = buffers.result<T>(0);
      T* d_key = buffers.result<T>(1);
      T* d_value = buffers.result<T>(2);
      std::fill_n(d_query, form.batch * form.queries * form.units, T(0));
      std::fill_n(d_key, form.batch * form.keys * form.units, T(0));
      std::fill_n(d_value, form.batch * form.keys * form.value_units, T(0));
      for (std::int64_t query = 0; query < form.batch * form.queries; ++query) {
        const T* cotangent = buffers.operand<T>(5) + query * form.value_units;
        const std::int64_t first_key = query / form.queries * form.keys;
        for (std::int64_t key = first_key; key < first_key + form.keys; ++key) {
          const T score = scores.score<T>(buffers, query, key);
          if (score == -std::numeric_limits<T>::infinity()) continue;
          const T weight = std::exp(score - buffers.operand<T>(3)[query]);
          const T kept = scores.kept<T>(buffers, query, key);
          T d_weight = T(0);
          for (std::int64_t u = 0; u < form.value_units; ++u) {
            d_weight += cotangent[u] * buffers.operand<T>(2)[key * form.value_units + u];
            d_value[key * form.value_units + u] += weight * kept * cotangent[u];
          }
          const T d_product = weight * (d_weight * kept - buffers.operand<T>(4)[query]) * static_cast<T>(form.scale);
          for (std::int64_t u = 0; u < form.units; ++u) {
            d_query[query * form.units + u] += d_product * buffers.operand<T>(1)[key * form.units + u];
            d_key[key * form.units + u] += d_product * buffers.operand<T>(0)[query * form.units + u];
          }
        }
      }
    }};
  });
}

}  // namespace weft::reference
