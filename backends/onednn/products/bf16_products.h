#pragma once

#include <cstddef>
#include <cstdint>

#include "backends/onednn/products/bf16_panels.h"
#include "backends/onednn/products/primitive.h"

// Products of factors in bf16, of batch 1, by loops of our own. A sum begins with the bias and adds the products in order, of
// two neighbours the second one first, as the processor's instruction for bf16 does: the bits of a row depend on that
// row and the right operand alone, and are the same on all processors as long as nothing is denormal.

namespace weft::onednn {

/// How the loops are written: for any processor, or for one with AVX512_BF16.
enum class Bf16Loops { portable, avx512_bf16 };
/// What this processor runs best.
Bf16Loops best_bf16_loops();

/// Bytes of working memory, aligned to a cache line; with fewer rows no more are needed, nor with a shorter sum where a is
/// transposed.
std::size_t bf16_scratch_bytes(const Product& product, RightOperand right);

/// The right operand, as the product says that it lies in memory.
PlainMatrix right_operand_of(const Product& product, const void* b);

/// c = a b, plus the bias if the product has one. b lies in memory as the product says, and is packed first.
void run_bf16_product(const Product& product, const void* a, const void* b, const float* bias, float* c, void* scratch);
/// The same with b in panels.
void run_bf16_product(const Product& product, const void* a, const std::uint32_t* panels, const float* bias, float* c,
                      void* scratch, Bf16Loops loops = best_bf16_loops());

}  // namespace weft::onednn
