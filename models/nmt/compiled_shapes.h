#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "backends/executable.h"
#include "models/nmt/config.h"
#include "models/nmt/model.h"
#include "models/nmt/precision.h"

namespace weft::nmt {

/// The graphs of a translator, compiled for a number of rows and a source length when they are asked for first, and
/// kept. All share the variables and one arena.
class CompiledShapes {
 public:
  CompiledShapes(const ModelConfig& model, std::shared_ptr<Variables> variables, Precision precision);

  Executable& encoder(std::int64_t rows, std::int64_t length);
  /// A step that gives the best next token.
  Executable& greedy_step(std::int64_t rows, std::int64_t length);
  /// A step that gives the log probabilities of all tokens.
  Executable& step(std::int64_t rows, std::int64_t length);

  /// Times the kernels of all runs from now on; what was measured before is forgotten.
  void profile_runs(bool on);
  /// Adds what was measured, over all shapes.
  void add_to(ProfileByKind& profile) const;

 private:
  using ByShape = std::map<std::pair<std::int64_t, std::int64_t>, Executable>;  ///< rows, source length

  template <typename MakeGraph>
  Executable& find(ByShape& shapes, std::int64_t rows, std::int64_t length, const MakeGraph& make);

  ModelConfig model_;
  CompileOptions options_;
  ByShape encoders_;
  ByShape greedy_steps_;
  ByShape steps_;
  bool profiled_ = false;
};

/// Rows are compiled for powers of two and for `most`: those beside the rows in use cost their arithmetic.
std::int64_t compiled_rows(std::int64_t rows, std::int64_t most);

/// The first rows of a tensor, as an executable for so many rows has them.
TensorView first_rows(Tensor& tensor, std::int64_t rows);

/// Copies a row of one tensor to a row of another one, whose rows are as long.
void copy_row(Tensor& to, std::int64_t to_row, const Tensor& from, std::int64_t from_row);

bool has_output(const Executable& executable, std::string_view name);

}  // namespace weft::nmt
