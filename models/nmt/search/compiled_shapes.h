#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "backends/runtime/program_cache.h"
#include "models/nmt/config/config.h"
#include "models/nmt/config/precision.h"
#include "models/nmt/network/model.h"

namespace weft::nmt {

/// The graphs of a translator, compiled for a number of rows and a source length when they are asked for, and kept in a
/// cache as long as it has room. All share the variables and one arena.
class CompiledShapes {
 public:
  CompiledShapes(const ModelConfig& model, std::shared_ptr<Variables> variables, TranslationPrecision precision,
                 std::shared_ptr<ProgramCache> cache);

  using Program = std::shared_ptr<Execution>;
  Program encoder(std::int64_t rows, std::int64_t length);
  /// A step that gives the best next token.
  Program greedy_step(std::int64_t rows, std::int64_t length);
  /// A step that gives the log probabilities of all tokens.
  Program step(std::int64_t rows, std::int64_t length);

  /// Times the kernels of all runs from now on; what was measured before is forgotten.
  void profile_runs(bool on);
  /// Adds what was measured, over all shapes.
  void add_to(ProfileByKind& profile) const;

 private:
  enum class Kind : std::int64_t { encoder, greedy_step, step };

  Graph graph(Kind kind, std::int64_t rows, std::int64_t length) const;
  Program find(Kind kind, std::int64_t rows, std::int64_t length);

  ModelConfig model_;
  CompileOptions options_;
  ExecutionOptions binding_;
  ProgramsByShape programs_;
};

/// Rows are compiled for powers of two and for `most`: those beside the rows in use cost their arithmetic.
std::int64_t compiled_rows(std::int64_t rows, std::int64_t most);

/// Sources are compiled for each length up to 32, and beyond it for eight lengths up to each next power of two: what a
/// source is padded with, an eighth of it at most, costs its arithmetic. Sources of any length have 72 classes up to
/// 1,024 tokens. Only for models that padding changes nothing for (ignores_padding).
std::int64_t compiled_length(std::int64_t length);

/// Whether what the model says of a sentence is the same, to the bit, however much padding there is behind it. The
/// tutorial's variant reads padding and attends to it.
bool ignores_padding(const ModelConfig& model);

/// Sets the source of each row of an encoder, filled up with padding. Rows beyond them keep what they hold.
void feed_sources(Execution& encoder, std::span<const std::span<const std::int32_t>> sources);

/// The first rows of a tensor, as an execution for so many rows has them.
TensorView first_rows(Tensor& tensor, std::int64_t rows);

/// Copies a row of one tensor to a row of another one, whose rows are as long.
void copy_row(Tensor& to, std::int64_t to_row, const Tensor& from, std::int64_t from_row);

}  // namespace weft::nmt
