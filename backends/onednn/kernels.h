#pragma once

#include "backends/kernel.h"

/// The fast kernels: a factory an op, under the op's name. They compute in f32, on OpenMP's threads, and give the same
/// bits whatever the number of threads.
namespace weft::onednn {

// unary.cpp
KernelFactory neg;
KernelFactory exp;
KernelFactory log;
KernelFactory tanh;
KernelFactory dropout;
KernelFactory sigmoid;
KernelFactory relu;
KernelFactory sqrt;
// binary.cpp
KernelFactory add;
KernelFactory sub;
KernelFactory mul;
KernelFactory div;
KernelFactory equal;
KernelFactory less;
// select.cpp
KernelFactory select;
KernelFactory sequence_mask;
KernelFactory random_uniform;
// concat.cpp, slice.cpp, pad.cpp, reshape.cpp, transpose.cpp, broadcast.cpp
KernelFactory concat;
KernelFactory slice;
KernelFactory pad;
KernelFactory reshape;
KernelFactory transpose;
KernelFactory broadcast;
// reduce.cpp
KernelFactory reduce_sum;
KernelFactory reduce_max;
// argmax.cpp
KernelFactory argmax;
// softmax.cpp
KernelFactory softmax;
KernelFactory log_softmax;
// matmul.cpp
KernelFactory matmul;
KernelFactory dense;
// narrow_dense.cpp
KernelFactory narrow_dense;
// embedding.cpp
KernelFactory embedding;
KernelFactory embedding_gradient;
// embedding_dense.cpp
KernelFactory embedding_dense;
KernelFactory embedding_dense_gradient;
// gru_gates.cpp
KernelFactory gru_gates;
KernelFactory gru_gates_gradient;
// lstm_gates.cpp
KernelFactory lstm_gates;
KernelFactory lstm_gates_gradient;
// additive_scores.cpp
KernelFactory additive_scores;
KernelFactory additive_scores_gradient;
// masked_cross_entropy.cpp
KernelFactory masked_cross_entropy;
KernelFactory masked_cross_entropy_gradient;
// global_norm.cpp, adam.cpp, sgd.cpp
KernelFactory global_norm;
KernelFactory adam;
KernelFactory lerp;
KernelFactory sgd;

}  // namespace weft::onednn
