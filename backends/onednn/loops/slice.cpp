#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/axis_blocks.h"
#include "backends/onednn/loops/copy.h"
#include "ops/forms.h"

namespace weft::onednn {
namespace {

/// Neighbours: each row of the result is one piece.
Kernel contiguous(const KernelSpec& spec, const SliceForm& form) {
  const Shape& shape = spec.operands[0].shape;
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

Kernel strided(const KernelSpec& spec, const SliceForm& form) {
  return dispatch_size(spec.results[0].dtype, [&]<typename T>() -> Kernel {
    const AxisBlocks whole(spec.operands[0].shape, form.axis);
    const AxisBlocks part(spec.results[0].shape, form.axis);
    return {[whole, part, form](const KernelBuffers& buffers) {
      const T* x = buffers.operand<T>(0) + form.begin * whole.inner;
      T* y = buffers.result<T>(0);
      parallel_for(part.outer * part.extent, part.inner, [&](Range range) {
        std::int64_t i = range.first;
        while (i < range.last) {
          const std::int64_t row = i / part.extent;
          const std::int64_t end = std::min(range.last, (row + 1) * part.extent);
          const T* from = x + row * whole.extent * part.inner;
          const std::int64_t first = row * part.extent;
          if (part.inner == 1)
            for (; i < end; ++i) y[i] = from[(i - first) * form.step];
          else
            for (; i < end; ++i)
              std::copy_n(from + (i - first) * form.step * part.inner, part.inner, y + i * part.inner);
        }
      });
    }};
  });
}

}  // namespace

Kernel slice(const KernelSpec& spec) {
  const SliceForm form = slice_form(spec.node);
  return form.step == 1 ? contiguous(spec, form) : strided(spec, form);
}

}  // namespace weft::onednn
