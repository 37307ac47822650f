#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "backends/onednn/products/primitive.h"

namespace weft::onednn {

/// A product of a number of rows that is known at run time alone, with one right operand, packed when it
/// is a variable: in blocks of fixed extents, of which the last may lie over the one before it. A row's bits do not
/// depend on the block it is in.
class RowBlocks {
 public:
  /// `product`: m is the most rows there may be. `version`: of the right operand.
  RowBlocks(const Product& product, const Version& version);

  std::size_t scratch_bytes() const { return scratch_bytes_; }
  /// How many rows a run reads and writes for so many: at most m.
  std::int64_t padded_rows(std::int64_t rows) const;

  /// c [rows, n] = a [rows, k] times `right`, plus bias. a must be readable, and c writable, up to padded_rows(rows).
  void run(std::int64_t rows, const float* a, const float* right, const float* bias, float* c, void* scratch) const;

 private:
  struct Block {
    std::int64_t rows;
    std::shared_ptr<const ProductPrimitive> primitive;
    std::shared_ptr<PackedMatrix> right;  ///< null when it is no variable
  };

  Product product_;
  std::vector<Block> blocks_;  ///< the largest first
  std::size_t scratch_bytes_ = 0;
};

}  // namespace weft::onednn
