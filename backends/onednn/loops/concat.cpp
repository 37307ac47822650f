#include <vector>

#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/copy.h"
#include "ops/forms.h"

namespace weft::onednn {

Kernel concat(const KernelSpec& spec) {
  const Shape& shape = spec.results[0].shape;
  const std::size_t axis = shape.axis(axis_of(spec.node));
  const auto element = static_cast<std::int64_t>(size_of(spec.results[0].dtype));
  const std::int64_t rows = shape.volume_between(0, axis);
  const std::int64_t pitch = shape.volume_between(axis, shape.rank()) * element;
  struct Part {
    CopyRows copy;
    std::int64_t offset;
  };
  std::vector<Part> parts;
  std::int64_t offset = 0;
  for (const TensorType& operand : spec.operands) {
    const std::int64_t row_bytes = operand.shape.volume_between(axis, operand.shape.rank()) * element;
    parts.push_back({{rows, row_bytes, row_bytes, pitch}, offset});
    offset += row_bytes;
  }
  return {[parts = std::move(parts), bytes = rows * pitch](const KernelBuffers& buffers) {
    parallel_region(copy_work(bytes), [&](const ThreadShare& share) {
      for (std::size_t i = 0; i < parts.size(); ++i)
        parts[i].copy.copy(share, buffers.operand<std::byte>(i), buffers.result<std::byte>(0) + parts[i].offset);
    });
  }};
}

}  // namespace weft::onednn
