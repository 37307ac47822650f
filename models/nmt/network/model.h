#pragma once

#include <cstdint>
#include <string_view>

#include "graph/graph.h"
#include "models/nmt/config/config.h"
#include "models/nmt/network/dropout.h"
#include "models/nmt/network/parameters.h"
#include "ops/ops.h"

namespace weft::nmt {

/// The extents of one compiled batch.
struct ModelShape {
  std::int64_t rows = 1;
  std::int64_t source_length = 1;
  std::int64_t target_length = 2;  ///< with <start> and <end>
};

/// How hard attention chooses while it is trained: the decoder has `samples` rows for each of the batch, those of the
/// first sample first.
struct Sampling {
  std::int64_t samples = 1;
  Value noise;     ///< [target_length - 1, samples * rows, source_length], see PositionChoice; null: the highest score
  Value expected;  ///< bool [samples * rows], see PositionChoice; null: no row takes the expectation
};

/// What teacher forcing computes, unrolled: step after step, as the tutorial declares it. Rows are those of the batch
/// times the samples.
struct Forward {
  Value logits;                      ///< [target_length - 1, rows, target vocabulary]
  Value attention_weights;           ///< [rows, target_length - 1, source_length]; null without attention
  Value targets;                     ///< [target_length - 1, rows]: the ids that the logits are to predict
  Value position_log_probabilities;  ///< [target_length - 1, rows], hard attention: of the positions chosen
  Value position_entropies;          ///< [target_length - 1, rows], hard attention: of the distributions
  Value expected;                    ///< bool [rows], hard attention: where no position was chosen; null: nowhere
};
/// Declares the inputs "source" [rows, source_length] (i32), "source_lengths" [rows] (i32) and "target" [rows,
/// target_length] (i32) and the forward computation, with what is drawn at random if it is to be trained so.
Forward declare_forward(Graph& graph, const Parameters& parameters, const ModelConfig& config, const ModelShape& shape,
                        const Sampling& sampling = {}, const Dropout& dropout = {});

/// Logits and attention weights, as outputs "logits" [rows, target_length - 1, vocabulary] and "attention_weights"
/// [rows, target_length - 1, source_length] (absent without attention, here and below).
Graph forward_graph(const ModelConfig& config, const ModelShape& shape);

/// The loss of a batch, as output "loss": for validation.
Graph loss_graph(const ModelConfig& config, const ModelShape& shape, LossNormalisation normalisation);

/// A whole training step: the inputs of declare_forward and "learning_rate" (f32 scalar), with an
/// average of the weights "average_weight" (likewise), the outputs "loss" and
/// "gradient_norm" (before clipping), Adam's updates of all parameters.
///
/// When several batches make one update (TrainingConfig::accumulate), it is what each of them does: it has the output
/// "loss" alone, and adds the gradients to states (accumulation.h). update_graph() is the rest of the step.
Graph training_graph(const ModelConfig& config, const TrainingConfig& training, const ModelShape& shape);

/// What ends the step of several batches: with the mean of the gradients that they have left, it does as a training
/// step does with those of its batch. The inputs "learning_rate" and "average_weight", the output "gradient_norm".
Graph update_graph(const ModelConfig& config, const TrainingConfig& training);

/// Reads the source: inputs "source" [rows, source_length], "source_lengths" [rows]. Every output has a row a sentence,
/// and is one of two kinds: what stays the same for the sentence, "values" [rows, source_length, value units] and
/// "keys" [rows, source_length, units] (the values as the attention compares them) or, without attention, "context"
/// [rows, value units]; or a state to begin with (is_state), "state" [rows, units] and those of the other layers and of
/// an LSTM's cells (recurrent.h).
Graph encoder_graph(const ModelConfig& config, std::int64_t rows, std::int64_t source_length);

/// What the encoder's last layer attends to while it reads the same inputs: the output "weights" [rows, source_length,
/// source_length], of each step those of the steps before it (which sum to 1) and, with an encoder that is
/// bidirectional, likewise of those after it. Throws Error when the encoder has no self-attention.
Graph self_attention_graph(const ModelConfig& config, std::int64_t rows, std::int64_t source_length);

/// Whether a value of that name changes from step to step: its name begins with "state".
bool is_state(std::string_view name);

/// What a step of the decoder gives.
enum class StepResult {
  next_token,         ///< the best token, as output "next_token" [rows] (i32): for greedy search
  log_probabilities,  ///< of all tokens, as outputs "log_probabilities" and "logits" [rows, vocabulary]
};

/// One step of a search: every output of the encoder's graph is an input of the same name, beside "source_lengths" and
/// "token" [rows] (i32); outputs "next_<S>" for each state S, "attention_weights" [rows, source_length], and what
/// `result` says.
Graph decoder_step_graph(const ModelConfig& config, std::int64_t rows, std::int64_t source_length,
                         StepResult result = StepResult::next_token);

}  // namespace weft::nmt
