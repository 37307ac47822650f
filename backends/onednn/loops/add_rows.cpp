#include "backends/onednn/loops/add_rows.h"

#include "backends/onednn/loops/vectorise.h"

namespace weft::onednn {

WEFT_VECTORISED void add_to(float* sum, const float* row, std::int64_t count) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) sum[i] += row[i];
}

}  // namespace weft::onednn
