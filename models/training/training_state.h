#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace weft {

/// What was measured, by name: {valid_loss, 1.25}.
using Measures = std::map<std::string, double>;
inline constexpr const char* valid_loss = "valid_loss";  ///< per token, of what is not trained on

/// How far training has come: kept in a checkpoint's metadata, so that a resumed run goes on to the same bits. Tokens
/// are what the loss is a mean over: words of a text, rows of a table.
struct TrainingState {
  std::int64_t step = 0;            ///< optimiser steps done
  std::int64_t epoch = 0;           ///< epochs finished
  std::int64_t batch_in_epoch = 0;  ///< batches done in the epoch after those
  double epoch_loss_sum = 0;        ///< over those batches: loss times tokens
  std::int64_t epoch_tokens = 0;    ///< over those batches
  Measures best = {};               ///< after the best epoch; nothing: none yet
  std::int64_t best_epoch = 0;      ///< from 1; 0: none yet
  std::int64_t worse_epochs = 0;    ///< in turn, since one was better or the learning rate was cut (schedule.h)
  std::int64_t cuts = 0;            ///< of the learning rate
  std::uint64_t seed = 1;

  friend bool operator==(const TrainingState&, const TrainingState&) = default;
};

/// What was measured under that name after the best epoch; 0 when nothing was.
double best_measure(const TrainingState& state, const std::string& name);

/// The epoch that has just ended is the best so far, by these measures.
void set_best(TrainingState& state, Measures measures);

/// Whether so many epochs have gone by since the best one that training is to end; never with a patience of 0.
bool out_of_patience(const TrainingState& state, std::int64_t patience);

}  // namespace weft
