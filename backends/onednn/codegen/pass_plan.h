#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "backends/onednn/codegen/vector_code.h"

// What the passes over a row do. A pass ends where a reduction's result is needed:
//
//   before the pass: values of the row that it reads
//   in the pass, for each vector of elements: load, compute, store, and add to the partial results of reductions
//
// What a pass reads of an earlier one it computes again if that is a load, one operation on loads, or not worth keeping;
// else it lies in the memory of a result, or in a buffer of one row.

namespace weft::onednn {

/// One thing to do in a pass, or before it.
struct Item {
  enum class Kind : std::uint8_t {
    compute,  ///< a step
    fetch,    ///< a step's value from the memory of a pointer
    keep,     ///< the same, into it
    store,
    reduce,  ///< a step's operand, into its partial results
  };
  Kind kind = Kind::compute;
  std::int32_t index = 0;    ///< of a step, or of a store
  std::int32_t pointer = 0;  ///< of fetch and keep
};

struct PassPlan {
  struct Pass {
    std::vector<std::int32_t> reductions;  ///< whose results are there when it begins
    std::vector<Item> before;
    std::vector<Item> items;
  };
  std::vector<Pass> passes;
  std::size_t row_buffers = 0;
};

PassPlan plan_passes(const VectorProgram& program);

}  // namespace weft::onednn
