#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/copy.h"
#include "ops/forms.h"

namespace weft::onednn {

Kernel slice(const KernelSpec& spec) {
  const Shape& shape = spec.operands[0].shape;
  const SliceForm form = slice_form(spec.node);
  const std::size_t axis = shape.axis(form.axis);
  const auto element = static_cast<std::int64_t>(size_of(spec.results[0].dtype));
  const std::int64_t inner = shape.volume_between(axis + 1, shape.rank()) * element;
  const std::int64_t begin = form.begin * inner;
  const std::int64_t length = spec.results[0].shape.extents()[axis] * inner;
  const CopyRows copy{shape.volume_between(0, axis), length, shape.extents()[axis] * inner, length};
  return {[copy, begin](const KernelBuffers& buffers) {
    parallel_region(copy_work(copy.bytes()), [&](const ThreadShare& share) {
      copy.copy(share, buffers.operand<std::byte>(0) + begin, buffers.result<std::byte>(0));
    });
  }};
}

}  // namespace weft::onednn
