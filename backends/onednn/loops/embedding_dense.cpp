#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/add_rows.h"
#include "backends/onednn/loops/distinct_ids.h"
#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/products/bf16_products.h"
#include "backends/onednn/products/row_blocks.h"
#include "graph/base/bfloat16.h"
#include "graph/tensor.h"

namespace weft::onednn {
namespace {

/// Lays parts of scratch memory behind each other, each from a cache line on.
class ScratchLayout {
 public:
  std::size_t add(std::size_t bytes) {
    const std::size_t offset = bytes_;
    bytes_ += (bytes + 63) / 64 * 64;
    return offset;
  }
  template <typename T>
  std::size_t add(std::int64_t elements) {
    return add(static_cast<std::size_t>(elements) * sizeof(T));
  }
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

template <typename T>
T* at(const KernelBuffers& buffers, std::size_t offset) {
  return reinterpret_cast<T*>(static_cast<std::byte*>(buffers.scratch) + offset);
}

std::size_t bytes_of(std::int64_t floats) { return static_cast<std::size_t>(floats) * sizeof(float); }

/// As factors of a product: themselves, or rounded.
template <typename Factor>
WEFT_INLINE void convert(const float* from, std::int64_t count, Factor* to) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) to[i] = Factor(from[i]);
}

/// The rows of the table with these ids, and rows of zeros behind them up to `padded`.
template <typename Factor>
void gather(const float* table, std::span<const std::int32_t> ids, std::int64_t padded, std::int64_t columns,
            Factor* rows) {
  const auto count = static_cast<std::int64_t>(ids.size());
  parallel_for(count, columns, [&](Range range) {
    for (std::int64_t i = range.first; i < range.last; ++i)
      convert(table + ids[static_cast<std::size_t>(i)] * columns, columns, rows + i * columns);
  });
  std::fill(rows + count * columns, rows + padded * columns, Factor(0.0F));
}

/// Row i becomes what is row index[i] now. From the last to the first: since index[i] <= i, no row is written before
/// all have read it. Every thread has some of the columns.
void spread(std::span<const std::int32_t> index, std::int64_t columns, float* rows) {
  const auto count = static_cast<std::int64_t>(index.size());
  parallel_region(count * columns, [&](const ThreadShare& share) {
    const Range range = share.of(columns, 16);
    for (std::int64_t i = count; i-- > 0;) {
      const std::int64_t source = index[static_cast<std::size_t>(i)];
      if (source != i)
        std::memcpy(rows + i * columns + range.first, rows + source * columns + range.first, bytes_of(range.size()));
    }
  });
}

/// The sums of the rows with one index, in their order; rows of zeros behind them up to `padded`.
void sum_rows(const float* rows, std::span<const std::int32_t> index, std::int64_t padded, std::int64_t columns,
              float* sums) {
  const auto count = static_cast<std::int64_t>(index.size());
  parallel_region(count * columns, [&](const ThreadShare& share) {
    const Range range = share.of(columns, 16);
    if (range.size() == 0) return;
    for (std::int64_t i = 0; i < padded; ++i) std::fill_n(sums + i * columns + range.first, range.size(), 0.0F);
    for (std::int64_t i = 0; i < count; ++i)
      add_to(sums + index[static_cast<std::size_t>(i)] * columns + range.first, rows + i * columns + range.first,
             range.size());
  });
}

/// A table of zeros but for the rows with these ids.
void scatter(const float* rows, std::span<const std::int32_t> ids, std::int64_t vocabulary, std::int64_t columns,
             float* table) {
  parallel_elements(vocabulary * columns,
                    [&](Range range) { std::fill(table + range.first, table + range.last, 0.0F); });
  for (std::size_t i = 0; i < ids.size(); ++i)
    std::memcpy(table + ids[i] * columns, rows + static_cast<std::int64_t>(i) * columns, bytes_of(columns));
}

struct EmbeddingExtents {
  std::int64_t vocabulary;
  std::int64_t count;  ///< of ids
  std::int64_t in;
  std::int64_t out;
};

EmbeddingExtents extents_of(const KernelSpec& spec) {
  const Shape& kernel = spec.operands[2].shape;
  return {spec.operands[0].shape[0], spec.operands[1].shape.volume(), kernel[0], kernel[1]};
}

RightOperand right_operand(const KernelSpec& spec) {
  return spec.is_lasting(2) && spec.operands[2].dtype == DType::f32 ? RightOperand::packed : RightOperand::plain;
}

DistinctIds distinct_ids(const KernelBuffers& buffers, const EmbeddingExtents& extents, std::size_t offset) {
  return {{buffers.operand<std::int32_t>(1), static_cast<std::size_t>(extents.count)},
          extents.vocabulary,
          at<std::byte>(buffers, offset)};
}

/// y [in, out] = a^T b with a [rows, in] and b [rows, out], for a number of rows that is known at run time alone.
class RowsProduct {
 public:
  RowsProduct(const EmbeddingExtents& extents, DType factors)
      : product_{.m = extents.in, .k = extents.count, .n = extents.out, .transpose_a = true, .factors = factors} {
    if (factors == DType::bf16) in_bf16_.emplace(product_, RightOperand::plain);
  }

  std::size_t scratch_bytes() const { return in_bf16_ ? in_bf16_->scratch_bytes() : 0; }

  void run(std::int64_t rows, const void* a, const void* b, float* y, void* scratch) const {
    if (in_bf16_) return in_bf16_->with_terms(rows).run(a, b, nullptr, y, scratch);
    Product product = product_;
    product.k = rows;
    run_sgemm_tiles(product, static_cast<const float*>(a), static_cast<const float*>(b), y);
  }

 private:
  Product product_;  ///< of the most rows there may be
  std::optional<Bf16Product> in_bf16_;
};

// The distinct rows are projected to the beginning of the result, and spread over it from there.
template <typename Factor>
Kernel dense_kernel(const KernelSpec& spec) {
  const EmbeddingExtents extents = extents_of(spec);
  const auto product = std::make_shared<const RowBlocks>(
      Product{.m = extents.count, .k = extents.in, .n = extents.out, .bias = true, .factors = dtype_of<Factor>()},
      right_operand(spec));
  ScratchLayout layout;
  const std::size_t ids = layout.add(DistinctIds::scratch_bytes(extents.count, extents.vocabulary));
  const std::size_t rows = layout.add<Factor>(extents.count * extents.in);
  const std::size_t working = layout.add(product->scratch_bytes());
  return {[=](const KernelBuffers& buffers) {
            float* y = buffers.result<float>(0);
            const DistinctIds found = distinct_ids(buffers, extents, ids);
            auto* factors = at<Factor>(buffers, rows);
            gather(buffers.operand<float>(0), found.distinct(), product->padded_rows(found.count()), extents.in,
                   factors);
            product->run(found.count(), factors, buffers.operands[2], buffers.packed, buffers.operand<float>(3), y,
                         at<std::byte>(buffers, working));
            spread(found.index(), extents.out, y);
          },
          layout.bytes(), "matmul:distinct", product->packing(2)};
}

// With D the sums of the cotangent's rows by id, and E the embedded distinct ids: d_kernel = E^T D, and the rows of
// d_table are those of D kernel^T.
template <typename Factor>
Kernel gradient_kernel(const KernelSpec& spec) {
  constexpr bool rounds = !std::is_same_v<Factor, float>;
  const EmbeddingExtents extents = extents_of(spec);
  const auto to_rows = std::make_shared<const RowBlocks>(
      Product{
          .m = extents.count, .k = extents.out, .n = extents.in, .transpose_b = true, .factors = dtype_of<Factor>()},
      right_operand(spec));
  const RowsProduct to_kernel(extents, dtype_of<Factor>());
  ScratchLayout layout;
  const std::size_t ids = layout.add(DistinctIds::scratch_bytes(extents.count, extents.vocabulary));
  const std::size_t rows = layout.add<Factor>(extents.count * extents.in);
  const std::size_t sums = layout.add<float>(extents.count * extents.out);
  const std::size_t rounded_sums = rounds ? layout.add<Factor>(extents.count * extents.out) : sums;
  const std::size_t d_rows = rounds ? layout.add<float>(extents.count * extents.in) : rows;
  const std::size_t working = layout.add(std::max(to_rows->scratch_bytes(), to_kernel.scratch_bytes()));
  return {[=](const KernelBuffers& buffers) {
            const DistinctIds found = distinct_ids(buffers, extents, ids);
            const std::int64_t padded = to_rows->padded_rows(found.count());
            auto* factors = at<Factor>(buffers, rows);
            gather(buffers.operand<float>(0), found.distinct(), padded, extents.in, factors);
            sum_rows(buffers.operand<float>(3), found.index(), padded, extents.out, at<float>(buffers, sums));
            if (rounds)
              parallel_elements(padded * extents.out, [&](Range range) {
                convert(at<float>(buffers, sums) + range.first, range.size(),
                        at<Factor>(buffers, rounded_sums) + range.first);
              });
            const void* of_ids = at<Factor>(buffers, rounded_sums);
            auto* scratch = at<std::byte>(buffers, working);
            to_kernel.run(found.count(), factors, of_ids, buffers.result<float>(1), scratch);
            // In f32 the embedded rows are done with, and their gradients take their place.
            to_rows->run(found.count(), of_ids, buffers.operands[2], buffers.packed, nullptr,
                         at<float>(buffers, d_rows), scratch);
            scatter(at<float>(buffers, d_rows), found.distinct(), extents.vocabulary, extents.in,
                    buffers.result<float>(0));
          },
          layout.bytes(), "matmul:distinct", to_rows->packing(2)};
}

bool is_bf16(const KernelSpec& spec) { return spec.operands[2].dtype == DType::bf16; }

}  // namespace

Kernel embedding_dense(const KernelSpec& spec) {
  if (is_bf16(spec)) return dense_kernel<BFloat16>(spec);
  require_f32(spec);
  return dense_kernel<float>(spec);
}

Kernel embedding_dense_gradient(const KernelSpec& spec) {
  if (is_bf16(spec)) return gradient_kernel<BFloat16>(spec);
  require_f32(spec);
  return gradient_kernel<float>(spec);
}

}  // namespace weft::onednn
