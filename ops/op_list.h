#pragma once

#include "graph/op.h"

// The list of all ops: a new op is declared here, listed in op_list.cpp, and defined in ops/<name>.cpp.

namespace weft::op {

extern const Op add;
extern const Op sub;
extern const Op mul;
extern const Op div;
extern const Op neg;
extern const Op exp;
extern const Op log;
extern const Op tanh;
extern const Op dropout;
extern const Op sigmoid;
extern const Op relu;
extern const Op sqrt;
extern const Op equal;
extern const Op less;
extern const Op select;
extern const Op sequence_mask;
extern const Op random_uniform;
extern const Op concat;
extern const Op slice;
extern const Op pad;
extern const Op stack;
extern const Op reshape;
extern const Op transpose;
extern const Op broadcast;
extern const Op reduce_sum;
extern const Op reduce_mean;
extern const Op reduce_max;
extern const Op argmax;
extern const Op softmax;
extern const Op log_softmax;
extern const Op matmul;
extern const Op dense;
extern const Op narrow_dense;
extern const Op embedding;
extern const Op embedding_gradient;
extern const Op embedding_dense;
extern const Op embedding_dense_gradient;
extern const Op gru_cell;
extern const Op gru_gates;
extern const Op gru_gates_gradient;
extern const Op lstm_cell;
extern const Op lstm_gates;
extern const Op lstm_gates_gradient;
extern const Op additive_attention;
extern const Op additive_scores;
extern const Op additive_scores_gradient;
extern const Op masked_cross_entropy;
extern const Op masked_cross_entropy_gradient;
extern const Op global_norm;
extern const Op adam;
extern const Op lerp;
extern const Op sgd;

}  // namespace weft::op
