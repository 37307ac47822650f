#include "ops/op_list.h"

#include "ops/ops.h"

namespace weft {

const OpTable& all_ops() {
  static const OpTable table({
      &leaf::input,
      &leaf::parameter,
      &leaf::state,
      &leaf::constant,
      &op::add,
      &op::sub,
      &op::mul,
      &op::div,
      &op::neg,
      &op::exp,
      &op::log,
      &op::tanh,
      &op::dropout,
      &op::sigmoid,
      &op::relu,
      &op::sqrt,
      &op::equal,
      &op::less,
      &op::select,
      &op::sequence_mask,
      &op::random_uniform,
      &op::concat,
      &op::slice,
      &op::pad,
      &op::stack,
      &op::reshape,
      &op::transpose,
      &op::broadcast,
      &op::reduce_sum,
      &op::reduce_mean,
      &op::reduce_max,
      &op::argmax,
      &op::softmax,
      &op::log_softmax,
      &op::matmul,
      &op::dense,
      &op::narrow_dense,
      &op::embedding,
      &op::embedding_gradient,
      &op::embedding_dense,
      &op::embedding_dense_gradient,
      &op::gru_cell,
      &op::gru_gates,
      &op::gru_gates_gradient,
      &op::lstm_cell,
      &op::lstm_gates,
      &op::lstm_gates_gradient,
      &op::additive_attention,
      &op::additive_scores,
      &op::additive_scores_gradient,
      &op::masked_cross_entropy,
      &op::masked_cross_entropy_gradient,
      &op::global_norm,
      &op::adam,
      &op::lerp,
      &op::sgd,
  });
  return table;
}

}  // namespace weft
