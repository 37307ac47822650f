#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "backends/onednn/products/bf16_products.h"
#include "backends/onednn/products/primitive.h"

namespace weft::onednn {

/// A product of a number of rows that is known at run time alone, with one right operand. In f32, where that is packed when it
/// is a variable: in blocks of fixed extents, of which the last may lie over the one before it. A row's bits do not
/// depend on the block it is in.
class RowBlocks {
 public:
  /// `product`: m is the most rows there may be.
  RowBlocks(const Product& product, RightOperand right);

  std::size_t scratch_bytes() const { return scratch_bytes_; }
  /// How many rows a run reads and writes for so many: at most m.
  std::int64_t padded_rows(std::int64_t rows) const;

  /// The copies of the right operand, operand `operand` of a kernel, that a run wants; none when it is plain.
  std::vector<PackRequest> packing(std::size_t operand) const;

  /// c [rows, n] = a [rows, k] times the right operand, plus bias. a must be readable, and c writable, up to
  /// padded_rows(rows). `packed`: the copies that packing() asks for.
  void run(std::int64_t rows, const void* a, const void* right, std::span<const PackedOperand> packed,
           const float* bias, float* c, void* scratch) const;

 private:
  struct Block {
    std::int64_t rows;
    std::shared_ptr<const ProductPrimitive> primitive;
  };

  Product product_;
  RightOperand right_;
  std::optional<Bf16Product> in_bf16_;
  std::vector<Block> blocks_;  ///< of f32, the largest first
  std::size_t scratch_bytes_ = 0;
};

}  // namespace weft::onednn
