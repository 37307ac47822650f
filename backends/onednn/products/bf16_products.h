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

/// A product, prepared for the number of threads that there are now; `right`: whether b comes in panels that are kept, or as
/// it lies in memory, each part being packed when it is multiplied.
class Bf16Product {
 public:
  Bf16Product(const Product& product, RightOperand right, Bf16Loops loops = best_bf16_loops());

  /// Of working memory, aligned to a cache line.
  std::size_t scratch_bytes() const;
  /// The copy of b, as operand `operand` of a kernel, that runs with panels want.
  PackRequest packing(std::size_t operand) const;

  /// c = a b, plus the bias if the product has one.
  void run(const void* a, const void* b, const float* bias, float* c, void* scratch) const;
  /// The same with b in panels.
  void run(const void* a, const Bf16Panels& b, const float* bias, float* c, void* scratch) const;
  /// The same product with so many rows, or, where a is transposed, so many terms: not more than it was prepared for.
  Bf16Product with_rows(std::int64_t m) const;
  Bf16Product with_terms(std::int64_t k) const;

 private:
  PlainMatrix plain(const void* b) const;
  std::size_t bytes_of_rows() const;
  void multiply(const void* a, const PlainMatrix& b, const Bf16Panels* panels, const float* bias, float* c,
                void* scratch) const;

  Product product_;
  RightOperand right_;
  Bf16Loops loops_;
  int threads_;
};

}  // namespace weft::onednn
