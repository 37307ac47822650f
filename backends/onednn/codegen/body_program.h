#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "backends/onednn/codegen/vector_code.h"
#include "backends/runtime/random_numbers.h"
#include "graph/graph.h"

// The body of a fusion as a program of vector code.

namespace weft::onednn {

/// A pointer of the program: an operand, a constant or a result of the body, and how it moves.
struct Stream {
  enum class Memory : std::uint8_t { operand, result, constant };
  Memory memory = Memory::operand;
  std::size_t index = 0;           ///< which operand or result
  const void* data = nullptr;      ///< of a constant
  std::int64_t size = 4;           ///< of an element, in bytes
  std::int64_t column_stride = 0;  ///< in elements: 1 or 0
  std::int64_t begin = 0;          ///< where the first row begins, in elements
  struct Axis {
    std::int64_t extent = 1;
    std::int64_t stride = 0;
  };
  std::vector<Axis> rows = {};  ///< the axes that count rows, from the last one on; strides in elements
  /// The pointer is no address but the counter of the element's draw; in memory is the step alone.
  std::optional<NodeDraws> draws = {};

  /// Where a row begins, in elements.
  std::int64_t offset(std::int64_t row) const;
  /// How many rows from that one on lie equally far apart.
  std::int64_t even_rows(std::int64_t row) const;
};

/// The elements of the body's full values are `rows` rows of `columns`: those along which it reduces; or else rows as
/// long as all operands lie evenly along them.
struct BodyProgram {
  VectorProgram program;
  std::vector<Stream> streams;  ///< by pointer
  std::int64_t rows = 1;
  std::int64_t columns = 1;
  bool needs_whole_rows = false;  ///< else a part of a row may be run by itself
  std::int64_t nodes = 0;         ///< of the body, leaves apart
};

/// Throws Error when an element type has no code.
BodyProgram body_program(const Graph& body);

}  // namespace weft::onednn
