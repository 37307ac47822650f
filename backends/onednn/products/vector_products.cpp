#include "backends/onednn/products/vector_products.h"

#include <cmath>

#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"

namespace weft::onednn {
namespace {

// c [n] = a [k] b [k, n]: the rows of b are added up, four a pass over c, in order.
WEFT_VECTORISED void row_by_matrix(const float* a, const float* b, float* c, std::int64_t k, std::int64_t n) {
#pragma omp simd
  for (std::int64_t j = 0; j < n; ++j) c[j] = 0.0F;
  std::int64_t i = 0;
  for (; i + 4 <= k; i += 4) {
    const float* row = b + i * n;
#pragma omp simd
    for (std::int64_t j = 0; j < n; ++j) {
      float sum = std::fma(a[i], row[j], c[j]);
      sum = std::fma(a[i + 1], row[n + j], sum);
      sum = std::fma(a[i + 2], row[2 * n + j], sum);
      c[j] = std::fma(a[i + 3], row[3 * n + j], sum);
    }
  }
  for (; i < k; ++i) {
#pragma omp simd
    for (std::int64_t j = 0; j < n; ++j) c[j] = std::fma(a[i], b[i * n + j], c[j]);
  }
}

// c [n] = a [k] b^T, b [n, k]: dot products with the rows of b.
WEFT_VECTORISED void row_by_transposed(const float* a, const float* b, float* c, std::int64_t k, std::int64_t n) {
  for (std::int64_t j = 0; j < n; ++j) {
    const float* row = b + j * k;
    c[j] = fold_lanes(
        k, 0.0F, [a, row](float sum, std::int64_t i) WEFT_INLINE_LAMBDA { return std::fma(a[i], row[i], sum); }, Sum{});
  }
}

// c [m, n] = a [m] b [n].
WEFT_VECTORISED void column_by_row(const float* a, const float* b, float* c, std::int64_t m, std::int64_t n) {
  for (std::int64_t i = 0; i < m; ++i) {
#pragma omp simd
    for (std::int64_t j = 0; j < n; ++j) c[i * n + j] = a[i] * b[j];
  }
}

}  // namespace

bool is_vector_product(const Product& product) {
  return !product.bias && product.factors == DType::f32 && (product.m == 1 || product.k == 1 || product.n == 1);
}

void run_vector_products(const Product& product, const float* a, const float* b, float* c) {
  const auto [batch, m, k, n, transpose_a, transpose_b, bias, factors, rounds_b] = product;
  parallel_for(batch, m * k * n,
               [&, m = m, k = k, n = n, transpose_a = transpose_a, transpose_b = transpose_b](Range range) {
                 for (std::int64_t i = range.first; i < range.last; ++i) {
                   const float* lhs = a + i * m * k;
                   const float* rhs = b + i * k * n;
                   float* result = c + i * m * n;
                   if (k == 1)
                     column_by_row(lhs, rhs, result, m, n);
                   else if (m == 1)
                     (transpose_b ? row_by_transposed : row_by_matrix)(lhs, rhs, result, k, n);
                   else  // A matrix times a column is that column, as a row, times the matrix transposed.
                     (transpose_a ? row_by_matrix : row_by_transposed)(rhs, lhs, result, k, m);
                 }
               });
}

}  // namespace weft::onednn
