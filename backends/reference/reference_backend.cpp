#include <map>

#include "backends/backend.h"
#include "backends/reference/kernels.h"
#include "ops/op_list.h"

namespace weft {
namespace {

/// Ops that are missing here run as what they decompose into.
const std::map<const Op*, KernelFactory*>& kernels() {
  static const std::map<const Op*, KernelFactory*> table{
      {&op::add, reference::add},
      {&op::sub, reference::sub},
      {&op::mul, reference::mul},
      {&op::div, reference::div},
      {&op::neg, reference::neg},
      {&op::exp, reference::exp},
      {&op::log, reference::log},
      {&op::tanh, reference::tanh},
      {&op::dropout, reference::dropout},
      {&op::sigmoid, reference::sigmoid},
      {&op::relu, reference::relu},
      {&op::sqrt, reference::sqrt},
      {&op::equal, reference::equal},
      {&op::less, reference::less},
      {&op::select, reference::select},
      {&op::sequence_mask, reference::sequence_mask},
      {&op::random_uniform, reference::random_uniform},
      {&op::concat, reference::concat},
      {&op::slice, reference::slice},
      {&op::pad, reference::pad},
      {&op::reshape, reference::reshape},
      {&op::transpose, reference::transpose},
      {&op::broadcast, reference::broadcast},
      {&op::reduce_sum, reference::reduce_sum},
      {&op::reduce_max, reference::reduce_max},
      {&op::argmax, reference::argmax},
      {&op::softmax, reference::softmax},
      {&op::log_softmax, reference::log_softmax},
      {&op::matmul, reference::matmul},
      {&op::dense, reference::dense},
      {&op::narrow_dense, reference::narrow_dense},
      {&op::embedding, reference::embedding},
      {&op::embedding_gradient, reference::embedding_gradient},
      {&op::embedding_dense, reference::embedding_dense},
      {&op::embedding_dense_gradient, reference::embedding_dense_gradient},
      {&op::gru_gates, reference::gru_gates},
      {&op::gru_gates_gradient, reference::gru_gates_gradient},
      {&op::lstm_gates, reference::lstm_gates},
      {&op::lstm_gates_gradient, reference::lstm_gates_gradient},
      {&op::additive_scores, reference::additive_scores},
      {&op::additive_scores_gradient, reference::additive_scores_gradient},
      {&op::masked_cross_entropy, reference::masked_cross_entropy},
      {&op::masked_cross_entropy_gradient, reference::masked_cross_entropy_gradient},
      {&op::global_norm, reference::global_norm},
      {&op::adam, reference::adam},
      {&op::lerp, reference::lerp},
      {&op::sgd, reference::sgd},
  };
  return table;
}

KernelFactory* find_kernel(const Op& op) {
  const auto at = kernels().find(&op);
  return at == kernels().end() ? nullptr : at->second;
}

}  // namespace

const Backend& reference_backend() {
  static const Backend backend{"reference", find_kernel};
  return backend;
}

}  // namespace weft
