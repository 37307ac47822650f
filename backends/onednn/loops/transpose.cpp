#include <array>
#include <cstring>
#include <vector>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/parallel.h"
#include "ops/forms.h"

// A transpose in its simplest form: axes that stay neighbours are joined, and then the last axis of the result either
// is the operand's last one, so that whole rows move, or it is not, and squares of the plane of the two last axes move,
// so that both sides are read and written by cache lines.

namespace weft::onednn {
namespace {

struct PermutedAxis {
  std::int64_t extent = 1;
  std::int64_t stride = 1;  ///< of the operand along it, in elements
};

struct Permutation {
  std::array<PermutedAxis, Shape::max_rank> axes;  ///< of the result, from the outermost
  std::size_t rank = 0;

  /// The operand's offset of result row `row`, the first `leading` axes being counted.
  std::int64_t offset(std::int64_t row, std::size_t leading) const {
    std::int64_t sum = 0;
    for (std::size_t axis = leading; axis-- > 0;) {
      sum += row % axes[axis].extent * axes[axis].stride;
      row /= axes[axis].extent;
    }
    return sum;
  }
  std::int64_t rows(std::size_t leading) const {
    std::int64_t product = 1;
    for (std::size_t axis = 0; axis < leading; ++axis) product *= axes[axis].extent;
    return product;
  }
};

Permutation simplify(const Shape& operand, const std::vector<std::int64_t>& permutation) {
  Permutation result;
  for (const std::int64_t from : permutation) {
    const auto axis = static_cast<std::size_t>(from);
    const PermutedAxis next{operand.extents()[axis], operand.volume_between(axis + 1, operand.rank())};
    if (next.extent == 1) continue;
    PermutedAxis* last = result.rank > 0 ? &result.axes[result.rank - 1] : nullptr;
    if (last != nullptr && last->stride == next.stride * next.extent)
      *last = {last->extent * next.extent, next.stride};
    else
      result.axes[result.rank++] = next;
  }
  if (result.rank == 0) result.axes[result.rank++] = PermutedAxis{};
  return result;
}

// y[i][j] = x[i * row_stride + j * column_stride], by squares.
template <typename T>
void transpose_plane(const T* x, T* y, PermutedAxis rows, PermutedAxis columns) {
  constexpr std::int64_t square = 16;
  for (std::int64_t i0 = 0; i0 < rows.extent; i0 += square) {
    const std::int64_t i1 = std::min(i0 + square, rows.extent);
    for (std::int64_t j0 = 0; j0 < columns.extent; j0 += square) {
      const std::int64_t j1 = std::min(j0 + square, columns.extent);
      for (std::int64_t i = i0; i < i1; ++i)
        for (std::int64_t j = j0; j < j1; ++j) y[i * columns.extent + j] = x[i * rows.stride + j * columns.stride];
    }
  }
}

template <typename T>
Kernel move_rows(const Permutation& permutation) {
  const std::size_t leading = permutation.rank - 1;
  const std::int64_t length = permutation.axes[leading].extent;
  return {[=, rows = permutation.rows(leading)](const KernelBuffers& buffers) {
    const T* x = buffers.operand<T>(0);
    T* y = buffers.result<T>(0);
    parallel_for(rows, length, [&](Range range) {
      for (std::int64_t row = range.first; row < range.last; ++row)
        std::memcpy(y + row * length, x + permutation.offset(row, leading),
                    static_cast<std::size_t>(length) * sizeof(T));
    });
  }};
}

template <typename T>
Kernel move_planes(const Permutation& permutation) {
  const std::size_t leading = permutation.rank - 2;
  const PermutedAxis rows = permutation.axes[leading];
  const PermutedAxis columns = permutation.axes[leading + 1];
  // Strips of 16 rows of all planes are the units of work.
  constexpr std::int64_t strip = 16;
  const std::int64_t strips = (rows.extent + strip - 1) / strip;
  return {[=, planes = permutation.rows(leading)](const KernelBuffers& buffers) {
    const T* x = buffers.operand<T>(0);
    T* y = buffers.result<T>(0);
    parallel_for(planes * strips, strip * columns.extent, [&](Range range) {
      for (std::int64_t unit = range.first; unit < range.last; ++unit) {
        const std::int64_t plane = unit / strips;
        const std::int64_t first = unit % strips * strip;
        const PermutedAxis part{std::min(strip, rows.extent - first), rows.stride};
        transpose_plane(x + permutation.offset(plane, leading) + first * rows.stride,
                        y + (plane * rows.extent + first) * columns.extent, part, columns);
      }
    });
  }};
}

}  // namespace

Kernel transpose(const KernelSpec& spec) {
  const Permutation permutation = simplify(spec.operands[0].shape, permutation_of(spec.node));
  return dispatch_size(spec.results[0].dtype, [&]<typename T>() {
    const bool rows_stay = permutation.rank == 1 || permutation.axes[permutation.rank - 1].stride == 1;
    return rows_stay ? move_rows<T>(permutation) : move_planes<T>(permutation);
  });
}

}  // namespace weft::onednn
