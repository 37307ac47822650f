#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "backends/runtime/kernel.h"

// All of Weft's use of oneDNN: matrix products and the packing of their right operands. What differs between oneDNN's
// versions is in matmul_desc.h; oneDNN's errors come out of here as Error (out of memory) or InternalError.

namespace weft::onednn {

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

  friend auto operator<=>(const Product&, const Product&) = default;
};

/// Whether b comes in its plain order or in oneDNN's blocks.
enum class RightOperand { plain, packed };

/// A copy of a right operand in the blocks that products want. It is shared by all products of the process that use the
/// same variable in the same layout, and lives as long as they do.
class PackedMatrix {
 public:
  struct Layout;

  /// The copy of that content. `plain`: [k, n], or [n, k] when transposed.
  static std::shared_ptr<PackedMatrix> shared(const Version& version, const Layout& layout);

  PackedMatrix(const Version& version, const Layout& layout);
  ~PackedMatrix();
  PackedMatrix(const PackedMatrix&) = delete;
  PackedMatrix& operator=(const PackedMatrix&) = delete;

  /// Packs again if the content has changed since the last time. Allocates the first time only.
  void refresh(const float* plain);

 private:
  friend class ProductPrimitive;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A product that oneDNN has prepared: choosing the algorithm and generating its code is done when it is made.
class ProductPrimitive {
 public:
  /// The primitive of that product, made for the number of threads that there are now. It is shared by all kernels of
  /// the process, and lives as long as they do: an unrolled graph has the same product at every step.
  static std::shared_ptr<const ProductPrimitive> shared(const Product& product, RightOperand right);

  ProductPrimitive(const Product& product, RightOperand right);
  ~ProductPrimitive();
  ProductPrimitive(const ProductPrimitive&) = delete;
  ProductPrimitive& operator=(const ProductPrimitive&) = delete;

  /// The layout that b is to be packed in.
  const PackedMatrix::Layout& layout() const;
  std::size_t scratch_bytes() const;

  /// One product at a time: a thread waits for another one. `bias` is read only when the product has one.
  void run(const float* a, const float* b, const float* bias, float* c, void* scratch) const;
  /// The same with a packed right operand, which must be fresh.
  void run(const float* a, const PackedMatrix& b, const float* bias, float* c, void* scratch) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The same product by oneDNN's sgemm: plain operands, batch 1, no bias. By tiles of fixed extents, each on one thread:
/// left to share the work out itself, sgemm splits long sums among threads, and the bits depend on their number.
void run_sgemm_tiles(const Product& product, const float* a, const float* b, float* c);

/// "oneDNN 2.6.3".
std::string library_version();

}  // namespace weft::onednn
