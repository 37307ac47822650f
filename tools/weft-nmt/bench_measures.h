#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "backends/runtime/profile.h"
#include "models/nmt/config/config.h"
#include "models/nmt/data/batches.h"
#include "models/nmt/network/model.h"
#include "models/nmt/search/translator.h"
#include "models/nmt/training/kernel_choice.h"
#include "tools/inspect/machine.h"
#include "tools/inspect/timing.h"

// What `weft-nmt bench` measures, each in a file of its own.

namespace weft::nmt {

using inspect::PeakMeasurement;
using inspect::Stopwatch;
using inspect::Timing;

/// The work of a training step, in 10^9 floating-point operations: three times the matrix products of its forward pass
/// (once forward, twice for the gradients), the attention keys computed once. What a compiler may save or waste beyond
/// that is not counted.
double needed_gflop(const ModelConfig& config, const ModelShape& shape);

/// What was found out about a compiled graph.
struct GraphFigures {
  double executed_gflop = 0;  ///< of one run, products and everything else
  std::size_t arena_bytes = 0;
  std::size_t lower_bound_bytes = 0;  ///< the most bytes live at once
};

/// A training step on random sentences without padding.
struct PaddedMeasurement {
  Timing timing;
  double needed_gflop = 0;
  GraphFigures graph;
  std::uint64_t peak_resident_bytes = 0;  ///< of the process so far
  std::vector<KindProfile> kinds;         ///< of `profiled_steps` steps, run apart from those that were timed
  std::int64_t profiled_steps = 0;
};
/// `on_progress`: of measuring kernels, here and below (choose_kernels).
PaddedMeasurement measure_padded(const ModelConfig& model, const TrainingConfig& training, const ModelShape& shape,
                                 std::int64_t rounds, const KernelProgress& on_progress);

/// The same step on one thread and on all of them, in turn.
struct ThreadsMeasurement {
  Timing one;
  Timing all;
  int threads = 0;
};
ThreadsMeasurement measure_threads(const ModelConfig& model, const TrainingConfig& training, const ModelShape& shape,
                                   std::int64_t rounds, const KernelProgress& on_progress);

/// The first batches of training on a corpus, in the trainer's order.
struct RealMeasurement {
  Timing timing;                    ///< a round is a batch
  double needed_gflop = 0;          ///< a batch, on average
  double executed_gflop = 0;        ///< a batch, on average
  double loss = 0;                  ///< per target token
  std::int64_t tokens = 0;          ///< target tokens
  std::size_t shapes = 0;           ///< of the whole epoch
  double compile_milliseconds = 0;  ///< of all shapes
  PaddingShare padding;
  std::uint64_t peak_resident_bytes = 0;
  std::vector<KindProfile> kinds;  ///< of the same batches, trained on once more
};
/// Trains on some batches without timing them first, then on `batches` (0: to the end of the epoch). When
/// `batches_file` is not empty all of them, as ids, are written there for another program to train on (one JSON object
/// a line; see tools/bench/pytorch_translator.py). Throws Error when the corpus has too few batches.
RealMeasurement measure_real(const Config& config, const std::vector<Example>& examples, std::int64_t batches,
                             const std::filesystem::path& batches_file, const KernelProgress& on_progress);

/// From nothing to a training step that is ready to run, a shape.
struct CompileMeasurement {
  Timing build;  ///< declare and differentiate; a round is a shape, or the same shape again
  Timing compile;
  std::size_t nodes = 0;         ///< of the largest graph that was declared
  double worst_arena_ratio = 0;  ///< the arena over its lower bound, at its largest
};
CompileMeasurement measure_compile(const ModelConfig& model, const TrainingConfig& training,
                                   const std::vector<ModelShape>& shapes);

/// Greedy search, sentences to sentences.
struct DecodingMeasurement {
  Timing timing;                  ///< all sentences
  double first_milliseconds = 0;  ///< the first time, with compiling
  std::size_t sentences = 0;
  std::int64_t words = 0;  ///< of the translations
};
DecodingMeasurement measure_decoding(Translator& translator, const std::vector<std::string>& sentences,
                                     std::int64_t rounds);

/// A model of random weights, whose translations never end before they must.
class RandomModel {
 public:
  explicit RandomModel(const Config& config);
  /// So many sentences of so many tokens, <start> and <end> counted.
  std::vector<std::string> sentences(std::size_t count, std::size_t tokens) const;
  Translator translator(const TranslatorOptions& options) const;

 private:
  Config config_;
  Vocabulary source_;
  Vocabulary target_;
  std::shared_ptr<Variables> variables_;
};

}  // namespace weft::nmt
