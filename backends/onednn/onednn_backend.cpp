#include <map>

#include "backends/backend.h"
#include "backends/onednn/kernels.h"
#include "ops/op_list.h"

namespace weft {
namespace {

/// Ops that are missing here run as what they decompose into.
const std::map<const Op*, KernelFactory*>& kernels() {
  static const std::map<const Op*, KernelFactory*> table{
      {&op::neg, onednn::neg},
      {&op::exp, onednn::exp},
      {&op::log, onednn::log},
      {&op::tanh, onednn::tanh},
      {&op::dropout, onednn::dropout},
      {&op::sigmoid, onednn::sigmoid},
      {&op::relu, onednn::relu},
      {&op::sqrt, onednn::sqrt},
      {&op::add, onednn::add},
      {&op::sub, onednn::sub},
      {&op::mul, onednn::mul},
      {&op::div, onednn::div},
      {&op::equal, onednn::equal},
      {&op::less, onednn::less},
      {&op::select, onednn::select},
      {&op::sequence_mask, onednn::sequence_mask},
      {&op::random_uniform, onednn::random_uniform},
      {&op::concat, onednn::concat},
      {&op::slice, onednn::slice},
      {&op::pad, onednn::pad},
      {&op::reshape, onednn::reshape},
      {&op::transpose, onednn::transpose},
      {&op::broadcast, onednn::broadcast},
      {&op::reduce_sum, onednn::reduce_sum},
      {&op::reduce_max, onednn::reduce_max},
      {&op::argmax, onednn::argmax},
      {&op::softmax, onednn::softmax},
      {&op::log_softmax, onednn::log_softmax},
      {&op::matmul, onednn::matmul},
      {&op::dense, onednn::dense},
      {&op::narrow_dense, onednn::narrow_dense},
      {&op::embedding, onednn::embedding},
      {&op::embedding_gradient, onednn::embedding_gradient},
      {&op::embedding_dense, onednn::embedding_dense},
      {&op::embedding_dense_gradient, onednn::embedding_dense_gradient},
      {&op::gru_gates, onednn::gru_gates},
      {&op::gru_gates_gradient, onednn::gru_gates_gradient},
      {&op::lstm_gates, onednn::lstm_gates},
      {&op::lstm_gates_gradient, onednn::lstm_gates_gradient},
      {&op::additive_scores, onednn::additive_scores},
      {&op::additive_scores_gradient, onednn::additive_scores_gradient},
      {&op::masked_cross_entropy, onednn::masked_cross_entropy},
      {&op::masked_cross_entropy_gradient, onednn::masked_cross_entropy_gradient},
      {&op::global_norm, onednn::global_norm},
      {&op::adam, onednn::adam},
      {&op::lerp, onednn::lerp},
      {&op::sgd, onednn::sgd},
  };
  return table;
}

KernelFactory* find_kernel(const Op& op) {
  const auto at = kernels().find(&op);
  return at == kernels().end() ? nullptr : at->second;
}

}  // namespace

const Backend& onednn_backend() {
  static const Backend backend{"onednn", find_kernel};
  return backend;
}

}  // namespace weft
