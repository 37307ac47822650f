#include <algorithm>

#include "backends/reference/dispatch.h"
#include "backends/reference/kernels.h"
#include "backends/reference/matrix.h"

namespace weft::reference {
namespace {

struct Extents {
  std::int64_t vocabulary;
  std::int64_t count;  ///< of ids
  std::int64_t in;
  std::int64_t out;
};

Extents extents_of(const KernelSpec& spec) {
  const Shape& kernel = spec.operands[2].shape;
  return {spec.operands[0].shape[0], spec.operands[1].shape.volume(), kernel[0], kernel[1]};
}

/// Where the row of the table begins that the id at the index names.
std::int64_t row_begin(const std::int32_t* ids, std::int64_t index, const Extents& extents) {
  require(ids[index] >= 0 && ids[index] < extents.vocabulary, "id {} at index {} is outside of the table of {} rows",
          ids[index], index, extents.vocabulary);
  return ids[index] * extents.in;
}

/// x as the factor of a product by a kernel of that type.
template <typename Factor, typename T>
T factor(T x) {
  if constexpr (std::is_same_v<Factor, BFloat16>)
    return static_cast<T>(static_cast<float>(BFloat16(static_cast<float>(x))));
  return x;
}

}  // namespace

Kernel embedding_dense(const KernelSpec& spec) {
  return dispatch_factor(spec, spec.operands[2].dtype, [&]<typename Factor>() -> Kernel {
    using T = SumOf<Factor>;
    return {[extents = extents_of(spec)](const KernelBuffers& buffers) {
      const T* table = buffers.operand<T>(0);
      const auto* ids = buffers.operand<std::int32_t>(1);
      const auto* kernel = buffers.operand<Factor>(2);
      const T* bias = buffers.operand<T>(3);
      T* y = buffers.result<T>(0);
      for (std::int64_t i = 0; i < extents.count; ++i) {
        const T* row = table + row_begin(ids, i, extents);
        for (std::int64_t o = 0; o < extents.out; ++o) {
          T sum = T(0);
          for (std::int64_t k = 0; k < extents.in; ++k) sum += factor<Factor>(row[k]) * T{kernel[k * extents.out + o]};
          y[i * extents.out + o] = sum + bias[o];
        }
      }
    }};
  });
}

// A row of the table that several ids name is one row of the product: its cotangents are added before they are
// multiplied, which tells where infinities cancel.
Kernel embedding_dense_gradient(const KernelSpec& spec) {
  return dispatch_factor(spec, spec.operands[2].dtype, [&]<typename Factor>() -> Kernel {
    using T = SumOf<Factor>;
    const Extents extents = extents_of(spec);
    return {[extents](const KernelBuffers& buffers) {
              const T* table = buffers.operand<T>(0);
              const auto* ids = buffers.operand<std::int32_t>(1);
              const auto* kernel = buffers.operand<Factor>(2);
              const T* cotangent = buffers.operand<T>(3);
              T* d_table = buffers.result<T>(0);
              T* d_kernel = buffers.result<T>(1);
              T* sums = static_cast<T*>(buffers.scratch);
              std::fill_n(d_table, extents.vocabulary * extents.in, T(0));
              std::fill_n(d_kernel, extents.in * extents.out, T(0));
              for (std::int64_t i = 0; i < extents.count; ++i) {
                const std::int64_t row = row_begin(ids, i, extents);
                if (std::find(ids, ids + i, ids[i]) != ids + i) continue;  // done with the first of its name
                std::fill_n(sums, extents.out, T(0));
                for (std::int64_t j = i; j < extents.count; ++j)
                  for (std::int64_t o = 0; ids[j] == ids[i] && o < extents.out; ++o)
                    sums[o] += cotangent[j * extents.out + o];
                for (std::int64_t k = 0; k < extents.in; ++k)
                  for (std::int64_t o = 0; o < extents.out; ++o) {
                    const T sum = factor<Factor>(sums[o]);
                    d_table[row + k] += sum * T{kernel[k * extents.out + o]};
                    d_kernel[k * extents.out + o] += factor<Factor>(table[row + k]) * sum;
                  }
              }
            },
            static_cast<std::size_t>(extents.out) * sizeof(T)};
  });
}

}  // namespace weft::reference
