#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/reference/token_loss.h"

namespace weft::reference {

Kernel masked_cross_entropy_gradient(const KernelSpec& spec) {
  return dispatch_float(spec, spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    return {[loss = TokenLoss(spec)](const KernelBuffers& buffers) {
      const auto* targets = buffers.operand<std::int32_t>(1);
      const T scale = static_cast<T>(loss.weight(targets)) * *buffers.operand<T>(2);
      const T on_target = static_cast<T>(1.0 - loss.smoothing);
      const T everywhere = static_cast<T>(loss.smoothing / static_cast<double>(loss.vocabulary));
      for (std::int64_t token = 0; token < loss.tokens; ++token) {
        const T* logits = buffers.operand<T>(0) + token * loss.vocabulary;
        T* gradient = buffers.result<T>(0) + token * loss.vocabulary;
        if (targets[token] == 0) {
          std::fill_n(gradient, loss.vocabulary, T(0));
          continue;
        }
        const auto [max, sum] = loss.softmax(logits);
        for (std::int64_t i = 0; i < loss.vocabulary; ++i) {
          const T target = (i == targets[token] ? on_target : T(0)) + everywhere;
          gradient[i] = (std::exp(logits[i] - max) / sum - target) * scale;
        }
      }
    }};
  });
}

}  // namespace weft::reference
