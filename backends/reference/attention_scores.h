#pragma once

#include <cstdint>
#include <limits>

#include "backends/reference/broadcast_index.h"
#include "backends/runtime/kernel.h"
#include "backends/runtime/random_numbers.h"
#include "ops/attention/attention_form.h"

// What scaled_dot_product_attention and its gradient share.

namespace weft::reference {

/// The scores of a node, one at a time.
class AttentionScoresOf {
 public:
  AttentionScoresOf(const KernelSpec& spec, std::size_t fixed)
      : form_(spec.operands, spec.node.attributes, fixed),
        of_mask_(form_.mask ? spec.operands[*form_.mask].shape : Shape{}, form_.scores),
        boolean_(form_.mask && spec.operands[*form_.mask].dtype == DType::boolean),
        draws_(spec.node.attributes, NodeDraws::Steps::keyed) {}

  const AttentionForm& form() const { return form_; }

  /// Of one query and key: their indices among all of the batch. -inf where the query does not attend to the key.
  template <typename T>
  T score(const KernelBuffers& buffers, std::int64_t query, std::int64_t key) const {
    constexpr T none = -std::numeric_limits<T>::infinity();
    const std::int64_t t = query % form_.queries;
    const std::int64_t s = key % form_.keys;
    if (form_.causal && s > t) return none;
    T sum = T(0);
    for (std::int64_t u = 0; u < form_.units; ++u)
      sum += buffers.operand<T>(0)[query * form_.units + u] * buffers.operand<T>(1)[key * form_.units + u];
    sum *= static_cast<T>(form_.scale);
    if (!form_.mask) return sum;
    const std::int64_t at = of_mask_(query * form_.keys + s);
    if (boolean_) return buffers.operand<std::uint8_t>(*form_.mask)[at] != 0 ? sum : none;
    const T added = buffers.operand<T>(*form_.mask)[at];
    return added == none ? none : sum + added;
  }

  /// What dropout multiplies the weight by.
  template <typename T>
  T kept(const KernelBuffers& buffers, std::int64_t query, std::int64_t key) const {
    if (!form_.step) return T(1);
    const NodeDraws::OfStep draws = draws_.of_step(*buffers.operand<std::int32_t>(*form_.step));
    const bool stays = draws.unit(query * form_.keys + key % form_.keys) >= form_.rate;
    return stays ? static_cast<T>(1.0 / (1.0 - form_.rate)) : T(0);
  }

 private:
  AttentionForm form_;
  BroadcastIndex of_mask_;
  bool boolean_;
  NodeDraws draws_;
};

}  // namespace weft::reference
