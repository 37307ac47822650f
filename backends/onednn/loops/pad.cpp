#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/copy.h"
#include "ops/forms.h"

namespace weft::onednn {

Kernel pad(const KernelSpec& spec) {
  const Shape& shape = spec.operands[0].shape;
  const PadForm form = pad_form(spec.node);
  const std::size_t axis = shape.axis(form.axis);
  const auto element = static_cast<std::int64_t>(size_of(spec.results[0].dtype));
  const std::int64_t inner = shape.volume_between(axis + 1, shape.rank()) * element;
  const std::int64_t rows = shape.volume_between(0, axis);
  const std::int64_t length = shape.extents()[axis] * inner;
  const std::int64_t before = form.before * inner;
  const std::int64_t after = form.after * inner;
  const std::int64_t pitch = before + length + after;
  const CopyRows zeros_before{rows, before, 0, pitch};
  const CopyRows copy{rows, length, length, pitch};
  const CopyRows zeros_after{rows, after, 0, pitch};
  return {[=](const KernelBuffers& buffers) {
    std::byte* y = buffers.result<std::byte>(0);
    parallel_region(copy_work(rows * pitch), [&](const ThreadShare& share) {
      zeros_before.zero(share, y);
      copy.copy(share, buffers.operand<std::byte>(0), y + before);
      zeros_after.zero(share, y + before + length);
    });
  }};
}

}  // namespace weft::onednn
