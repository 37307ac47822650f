#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/reference/token_loss.h"

namespace weft::reference {

Kernel masked_cross_entropy(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    return {[loss = TokenLoss(spec)](const KernelBuffers& buffers) {
      const auto* targets = buffers.operand<std::int32_t>(1);
      const T weight = static_cast<T>(loss.weight(targets));
      const T smoothing = static_cast<T>(loss.smoothing);
      T sum = T(0);
      for (std::int64_t token = 0; token < loss.tokens; ++token) {
        if (targets[token] == 0) continue;
        const T* logits = buffers.operand<T>(0) + token * loss.vocabulary;
        const auto [max, exponentials] = loss.softmax(logits);
        const T log_sum = std::log(exponentials);
        sum += (T(1) - smoothing) * (log_sum - (logits[targets[token]] - max));
        if (loss.smoothing == 0.0) continue;  // a class that is ruled out by -inf does not count
        T surprise = T(0);                    // the mean of -log p over the vocabulary
        for (std::int64_t i = 0; i < loss.vocabulary; ++i) surprise += log_sum - (logits[i] - max);
        sum += smoothing * surprise / static_cast<T>(loss.vocabulary);
      }
      *buffers.result<T>(0) = sum * weight;
    }};
  });
}

}  // namespace weft::reference
