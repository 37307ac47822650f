#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "backends/onednn/codegen/recording.h"

// Machine code of a recording, for the processor at hand: rows of elements, a vector of them at a time.

namespace weft::onednn {

enum class InstructionSet : std::uint8_t { avx2, avx512 };

/// The widest that this processor has; none when it has neither, or when no memory may be executed.
std::optional<InstructionSet> instruction_set();

/// What a value is written to.
struct Store {
  std::int32_t step = 0;
  std::int32_t pointer = 0;
  std::int64_t size = 4;  ///< of an element, in bytes: 4, 2 for the upper half of a float, 1 for a mask as 0 and 1
  bool is_row = false;    ///< one element for a row
};

/// What code is made of.
struct VectorProgram {
  Recording recording;
  std::vector<Store> stores;
  /// Steps whose values a later pass reads from a buffer; it computes others again.
  std::vector<std::int32_t> worth_keeping;
  /// For each pointer by how many bytes it moves from row to row; a counter by so much.
  std::vector<std::int64_t> row_steps;
};

class VectorCode {
 public:
  /// Throws Error when memory for the code is refused.
  VectorCode(const VectorProgram& program, InstructionSet instructions);
  ~VectorCode();

  /// How many rows of 4-byte elements the code needs beside the program's pointers: the pointers behind those.
  std::size_t row_buffers() const { return row_buffers_; }

  /// Runs `rows` rows of `columns` elements. The pointers, where the first row begins, are moved along.
  void run(void** pointers, std::int64_t rows, std::int64_t columns) const { entry_(pointers, rows, columns); }

 private:
  class Emitter;
  std::unique_ptr<Emitter> emitter_;
  std::size_t row_buffers_ = 0;
  void (*entry_)(void** pointers, std::int64_t rows, std::int64_t columns) = nullptr;
};

}  // namespace weft::onednn
