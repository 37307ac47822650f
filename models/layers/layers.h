#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "graph/graph.h"
#include "models/layers/dropout.h"    // IWYU pragma: export
#include "models/layers/recurrent.h"  // IWYU pragma: export
#include "ops/ops.h"

// What models are made of. Each function declares its parameters below the scope `name`, within the current one, appends
// its nodes there, and returns their result; a second layer of that name in one scope is an Error. Called again for
// another shape, in a graph of its own, it declares the same parameters: so that one set of weights serves both. `where`,
// the line of the call, is told by errors.

namespace weft::layers {

struct DenseOptions {
  bool bias = true;
  Initializer initializer = Initializer::glorot_uniform();  ///< of the kernel
};
/// x kernel + bias, over the last axis: x [..., in] -> [..., units]. Parameters: "kernel" [in, units], "bias" [units].
Value dense(Value x, std::int64_t units, std::string_view name, const DenseOptions& options = {},
            SourceLine where = SourceLine::current());
struct DenseWeights {
  Value kernel;  ///< [in, units]
  Value bias;    ///< [units]; null without one
};
/// The parameters of such a layer alone, for one that is used more than once (weft::dense, ops/ops.h).
DenseWeights declare_dense(Graph& graph, std::int64_t in, std::int64_t units, std::string_view name,
                           const DenseOptions& options = {}, DType dtype = DType::f32,
                           SourceLine where = SourceLine::current());

struct ConvOptions {
  // As in weft::ConvOptions (ops/ops.h).
  Integers strides = 1;
  Integers padding = 0;
  Integers dilations = 1;
  std::int64_t groups = 1;
  bool channels_last = false;
  bool bias = true;
  std::optional<Initializer> initializer = std::nullopt;  ///< of the filter; glorot_uniform by its window and channels
};
/// Convolution of x [batch, in, spatial...] with one, two or three spatial axes -> [batch, channels, spatial...], or
/// [batch, spatial..., in] -> [batch, spatial..., channels]; the window is a number, or one for each spatial axis.
/// Parameters: "filter" [channels, in / groups, window...], "bias" [channels].
Value conv(Value x, std::int64_t channels, const Integers& window, std::string_view name,
           const ConvOptions& options = {}, SourceLine where = SourceLine::current());

struct BatchNormOptions {
  /// Whether x is normalised by its own statistics, and the running ones move towards them after each run; else by the
  /// running ones.
  bool training = true;
  std::int64_t axis = 1;  ///< of the channels
  double momentum = 0.1;  ///< the share of the running statistics that each run replaces
  double epsilon = 1e-5;  ///< added to the variance
};
struct ConvBlockOptions {
  ConvOptions conv = {};       ///< whose bias is the normalisation's
  BatchNormOptions norm = {};  ///< of the axis of the channels
  std::function<Value(Value x)> activation = relu;
};
/// Convolution, batch normalisation and activation (Ioffe and Szegedy, arXiv:1502.03167). Layers: "conv" and "norm".
Value conv_block(Value x, std::int64_t channels, const Integers& window, std::string_view name,
                 const ConvBlockOptions& options = {}, SourceLine where = SourceLine::current());

/// Rows of a table: ids (i32, any shape) -> [..., units]. Parameter: "table" [vocabulary, units].
Value embedding(Value ids, std::int64_t vocabulary, std::int64_t units, std::string_view name,
                SourceLine where = SourceLine::current());

/// Layer normalisation over the last axis (ops/ops.h). Parameters: "gain" and "bias" [units].
Value layer_norm(Value x, std::string_view name, SourceLine where = SourceLine::current());
/// Root-mean-square normalisation over the last axis. Parameter: "gain" [units].
Value rms_norm(Value x, std::string_view name, SourceLine where = SourceLine::current());

/// Batch normalisation of each channel (ops/ops.h). Parameters: "gain" and "bias" [channels]. States: "running_mean" and
/// "running_variance" [channels], the latter with one less than the number of elements as divisor, as PyTorch has it.
Value batch_norm(Value x, std::string_view name, const BatchNormOptions& options = {},
                 SourceLine where = SourceLine::current());
/// Group normalisation (ops/ops.h), with the channels on axis `axis`. Parameters: "gain" and "bias" [channels].
Value group_norm(Value x, std::int64_t groups, std::string_view name, std::int64_t axis = 1,
                 SourceLine where = SourceLine::current());

/// Keys and values of the steps so far, kept in states, so that a sequence can be continued by some steps at a time: a
/// prompt at once, then what follows one by one, by another graph that shares the variables. What lies behind the last
/// step is not looked at: with position 0, a new sequence begins.
struct KeyValueCache {
  Value position = {};  ///< i32 scalar: the place of x's first step, such as a state that counts steps. Null: no cache
  std::int64_t capacity = 0;  ///< the most steps of a sequence; a place beyond is an Error at run time
};
struct AttentionOptions {
  std::int64_t heads = 1;                  ///< of which units must be a multiple
  bool causal = false;                     ///< a step attends to none behind it
  bool rotary = false;                     ///< queries and keys are turned by their places (ops/ops.h)
  DropoutOptions dropout = {.rate = 0.0};  ///< of the weights
  Value step = {};                         ///< of the dropout (ops/ops.h)
  KeyValueCache cache = {};
};
/// Self-attention of several heads (Vaswani et al., arXiv:1706.03762): x [batch, time, units] -> the same. Layers:
/// "query_key_value" and "output", dense. With a cache, x is the next steps of a sequence, each of which attends to
/// those before and itself; states: "key_cache" and "value_cache" [batch, heads, capacity, units / heads].
Value self_attention(Value x, std::string_view name, const AttentionOptions& options,
                     SourceLine where = SourceLine::current());

/// The parameters of Bahdanau's attention (additive_attention, ops/ops.h), for a decoder that attends at every step: "w1",
/// "b1", "w2", "b2", "v", "bv". `kernel`: of the matrices.
AdditiveAttentionWeights declare_additive_attention(Graph& graph, std::int64_t query_units, std::int64_t value_units,
                                                    std::int64_t units, std::string_view name,
                                                    const Initializer& kernel = Initializer::glorot_uniform(),
                                                    DType dtype = DType::f32, SourceLine where = SourceLine::current());

/// A block of a Transformer that normalises first (Xiong et al., arXiv:2002.04745): x + attention(norm(x)), and of that
/// the same with two dense layers, gelu between them: x [batch, time, units] -> the same; `hidden` units between.
Value transformer_block(Value x, std::int64_t hidden, std::string_view name, const AttentionOptions& options,
                        SourceLine where = SourceLine::current());

}  // namespace weft::layers
