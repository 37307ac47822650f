#include "backends/onednn/loops/add_rows.h"

#include "backends/onednn/loops/vectorise.h"

namespace weft::onednn {
namespace {

template <typename T>
WEFT_VECTORISED void add(T* sum, const T* row, std::int64_t count) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) sum[i] += row[i];
}

}  // namespace

void add_to(float* sum, const float* row, std::int64_t count) { add(sum, row, count); }
void add_to(std::uint32_t* sum, const std::uint32_t* row, std::int64_t count) { add(sum, row, count); }

}  // namespace weft::onednn
