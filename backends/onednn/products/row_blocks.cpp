#include "backends/onednn/products/row_blocks.h"

#include <algorithm>
#include <cstddef>

namespace weft::onednn {
namespace {

/// Large ones run faster, small ones leave less to be computed in vain.
constexpr std::int64_t block_extents[] = {256, 64, 16};

}  // namespace

RowBlocks::RowBlocks(const Product& product, RightOperand right) : product_(product), right_(right) {
  if (product.factors == DType::bf16) {
    in_bf16_.emplace(product, RightOperand::plain);
    scratch_bytes_ = in_bf16_->scratch_bytes();
    return;
  }
  for (const std::int64_t extent : block_extents) {
    const std::int64_t rows = std::min(extent, product.m);
    if (!blocks_.empty() && blocks_.back().rows == rows) continue;
    Product block = product;
    block.m = rows;
    auto primitive = ProductPrimitive::shared(block, right);
    scratch_bytes_ = std::max(scratch_bytes_, primitive->scratch_bytes());
    blocks_.push_back({rows, std::move(primitive)});
  }
}

std::int64_t RowBlocks::padded_rows(std::int64_t rows) const {
  return in_bf16_ ? rows : std::max(rows, blocks_.back().rows);
}

std::vector<PackRequest> RowBlocks::packing(std::size_t operand) const {
  std::vector<PackRequest> requests;
  if (right_ == RightOperand::packed)
    for (const Block& block : blocks_) requests.push_back(block.primitive->packing(operand));
  return requests;
}

void RowBlocks::run(std::int64_t rows, const void* a, const void* right, std::span<const PackedOperand> packed,
                    const float* bias, float* c, void* scratch) const {
  if (in_bf16_) return in_bf16_->with_rows(rows).run(a, right, bias, c, scratch);
  std::int64_t row = 0;
  while (row < rows) {
    const auto fits = [&](const Block& block) { return block.rows <= rows - row; };
    auto block = std::ranges::find_if(blocks_, fits);
    if (block == blocks_.end()) {  // fewer are left than the smallest block has
      --block;
      row = std::max<std::int64_t>(0, rows - block->rows);
    }
    const float* rows_a = static_cast<const float*>(a) + row * product_.k;
    float* rows_c = c + row * product_.n;
    if (right_ == RightOperand::packed) {
      const auto index = static_cast<std::size_t>(block - blocks_.begin());
      block->primitive->run(rows_a, packed[index].as<PackedMatrix>(), bias, rows_c, scratch);
    } else {
      block->primitive->run(rows_a, right, bias, rows_c, scratch);
    }
    row += block->rows;
  }
}

}  // namespace weft::onednn
