#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "backends/onednn/onednn_backend.h"
#include "backends/onednn/products/packed_matrix.h"
#include "graph/types.h"

// Matrix products by oneDNN. What differs between its versions is in descs.h.

namespace weft::onednn {

template <std::size_t operand_count>
class BroadcastWalk;

/// c [batch, m, n] = a [batch, m, k] times b [batch, k, n], plus bias [n]; all row-major, transposed operands stored as
/// [k, m] and [n, k].
struct Product {
  std::int64_t batch = 1;
  std::int64_t m = 1;
  std::int64_t k = 1;
  std::int64_t n = 1;
  bool transpose_a = false;
  bool transpose_b = false;
  bool bias = false;
  DType factors = DType::f32;  ///< what a and b are in: f32 or bf16; the bias and c are f32
  bool rounds_b = false;       ///< b lies in f32, and is rounded to bf16 when it is packed

  friend auto operator<=>(const Product&, const Product&) = default;
};

/// Whether b comes in its plain order or in oneDNN's blocks.
enum class RightOperand { plain, packed };

/// A product that oneDNN has prepared: choosing the algorithm and generating its code is done when it is made.
class ProductPrimitive {
 public:
  /// The primitive of that product, made for the number of threads that there are now. It is shared by all kernels of
  /// the process, and lives as long as they do: an unrolled graph has the same product at every step.
  static std::shared_ptr<const ProductPrimitive> shared(const Product& product, RightOperand right);

  /// `has_bf16`: whether the processor multiplies factors in bf16; they are copied to f32 else.
  ProductPrimitive(const Product& product, RightOperand right, bool has_bf16 = has_bf16_instructions());
  ~ProductPrimitive();
  ProductPrimitive(const ProductPrimitive&) = delete;
  ProductPrimitive& operator=(const ProductPrimitive&) = delete;

  /// The copy of b, as operand `operand` of a kernel, that runs with packed right operands want.
  PackRequest packing(std::size_t operand) const;
  std::size_t scratch_bytes() const;

  /// One product at a time: a thread waits for another one. `bias` is read only when the product has one.
  void run(const void* a, const void* b, const float* bias, float* c, void* scratch) const;
  /// The same with a packed right operand.
  void run(const void* a, const PackedMatrix& b, const float* bias, float* c, void* scratch) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The same product by oneDNN's sgemm: plain operands, batch 1, no bias. By tiles of fixed extents, each on one thread:
/// left to share the work out itself, sgemm splits long sums among threads, and the bits depend on their number.
void run_sgemm_tiles(const Product& product, const float* a, const float* b, float* c);
/// The same for a batch whose matrices, a's and b's, are found by broadcasting: operands 0 and 1 of `batches`.
void run_broadcast_products(const Product& product, const BroadcastWalk<2>& batches, const float* a, const float* b,
                            float* c);

/// Whether oneDNN multiplies bf16 by AMX, several times as fast as AVX512_BF16.
bool has_amx();

/// "oneDNN 2.6.3".
std::string library_version();

}  // namespace weft::onednn
