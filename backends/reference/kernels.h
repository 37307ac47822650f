#pragma once

#include "backends/kernel.h"

/// The reference kernels: one factory an op, in backends/reference/<op>.cpp, under the op's name.
namespace weft::reference {

KernelFactory add;
KernelFactory sub;
KernelFactory mul;
KernelFactory div;
KernelFactory neg;
KernelFactory exp;
KernelFactory log;
KernelFactory tanh;
KernelFactory dropout;
KernelFactory sigmoid;
KernelFactory relu;
KernelFactory sqrt;
KernelFactory equal;
KernelFactory less;
KernelFactory select;
KernelFactory sequence_mask;
KernelFactory random_uniform;
KernelFactory concat;
KernelFactory slice;
KernelFactory pad;
KernelFactory reshape;
KernelFactory transpose;
KernelFactory broadcast;
KernelFactory reduce_sum;
KernelFactory reduce_max;
KernelFactory argmax;
KernelFactory softmax;
KernelFactory log_softmax;
KernelFactory matmul;
KernelFactory dense;
KernelFactory narrow_dense;
KernelFactory embedding;
KernelFactory embedding_gradient;
KernelFactory embedding_dense;
KernelFactory embedding_dense_gradient;
KernelFactory gru_gates;
KernelFactory gru_gates_gradient;
KernelFactory lstm_gates;
KernelFactory lstm_gates_gradient;
KernelFactory additive_scores;
KernelFactory additive_scores_gradient;
KernelFactory masked_cross_entropy;
KernelFactory masked_cross_entropy_gradient;
KernelFactory global_norm;
KernelFactory adam;
KernelFactory lerp;
KernelFactory sgd;

}  // namespace weft::reference
