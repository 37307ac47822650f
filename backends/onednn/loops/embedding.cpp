#include <cstring>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/add_rows.h"
#include "backends/onednn/loops/copy.h"
#include "backends/onednn/loops/vectorise.h"
#include "backends/onednn/parallel.h"

namespace weft::onednn {
namespace {

// Before the threads start: an Error must not leave a parallel region.
void check_ids(const std::int32_t* ids, std::int64_t count, std::int64_t vocabulary) {
  for (std::int64_t i = 0; i < count; ++i)
    require(ids[i] >= 0 && ids[i] < vocabulary, "id {} at index {} is outside of the table of {} rows", ids[i], i,
            vocabulary);
}

}  // namespace

Kernel embedding(const KernelSpec& spec) {
  require_f32(spec);
  const Shape& table = spec.operands[0].shape;
  return {
      [vocabulary = table[0], units = table[1], count = spec.operands[1].shape.volume()](const KernelBuffers& buffers) {
        const float* rows = buffers.operand<float>(0);
        const auto* ids = buffers.operand<std::int32_t>(1);
        float* y = buffers.result<float>(0);
        check_ids(ids, count, vocabulary);
        parallel_for(count, units, [&](Range range) {
          for (std::int64_t i = range.first; i < range.last; ++i)
            std::memcpy(y + i * units, rows + ids[i] * units, static_cast<std::size_t>(units) * sizeof(float));
        });
      }};
}

// Every thread has some of the columns, and adds the rows to the table in their order.
Kernel embedding_gradient(const KernelSpec& spec) {
  require_f32(spec);
  const Shape& table = spec.results[0].shape;
  return {
      [vocabulary = table[0], units = table[1], count = spec.operands[1].shape.volume()](const KernelBuffers& buffers) {
        const float* gradient = buffers.operand<float>(0);
        const auto* ids = buffers.operand<std::int32_t>(1);
        float* y = buffers.result<float>(0);
        check_ids(ids, count, vocabulary);
        parallel_region((vocabulary + count) * units, [&](const ThreadShare& share) {
          const Range columns = share.of(units, 16);
          if (columns.size() == 0) return;
          for (std::int64_t row = 0; row < vocabulary; ++row)
            std::fill_n(y + row * units + columns.first, columns.size(), 0.0F);
          for (std::int64_t i = 0; i < count; ++i)
            add_to(y + ids[i] * units + columns.first, gradient + i * units + columns.first, columns.size());
        });
      }};
}

}  // namespace weft::onednn
