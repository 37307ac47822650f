#include "backends/onednn/codegen/fused_code.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

#include "backends/onednn/parallel.h"
#include "graph/base/error.h"
#include "ops/fusion/space.h"

namespace weft::onednn {
namespace {

constexpr std::int64_t alignment = 64;
/// For all row buffers of one thread: a body keeps at most two values for each of its nodes.
constexpr std::int64_t buffer_bytes =
    2 * (most_fused_row_bytes + alignment * static_cast<std::int64_t>(most_fused_nodes));
constexpr std::size_t most_pointers = 4 * most_fused_nodes;
/// Elements of a part of a row that is run by itself.
constexpr std::int64_t part_columns = 8192;

void* address(const Stream& stream, const KernelBuffers& buffers, std::int64_t row, std::int64_t column) {
  const void* data = stream.data;
  if (stream.memory == Stream::Memory::operand) data = buffers.operands[stream.index];
  if (stream.memory == Stream::Memory::result) data = buffers.results[stream.index];
  const std::int64_t element = stream.offset(row) + stream.column_stride * column;
  if (stream.draws)
    return std::bit_cast<void*>(stream.draws->of_step(*static_cast<const std::int32_t*>(data)).counter(element));
  return static_cast<std::byte*>(const_cast<void*>(data)) + element * stream.size;
}

}  // namespace

FusedCode::FusedCode(std::shared_ptr<const Graph> body, InstructionSet instructions)
    : body_(std::move(body)), made_(body_program(*body_)), code_(made_.program, instructions) {
  buffer_stride_ = (4 * made_.columns + alignment - 1) / alignment * alignment;
  check_invariant(static_cast<std::int64_t>(code_.row_buffers()) * buffer_stride_ <= buffer_bytes &&
                      made_.streams.size() + code_.row_buffers() <= most_pointers,
                  "a fusion's body is larger than its bounds");
}

void FusedCode::run(const KernelBuffers& buffers) const {
  const std::int64_t columns = made_.needs_whole_rows ? made_.columns : std::min(made_.columns, part_columns);
  const std::int64_t across = (made_.columns + columns - 1) / columns;
  parallel_for(made_.rows * across, columns * made_.nodes, [&](Range range) {
    alignas(alignment) std::byte memory[buffer_bytes];
    std::array<void*, most_pointers> pointers;
    for (std::size_t i = 0; i < code_.row_buffers(); ++i)
      pointers[made_.streams.size() + i] = memory + static_cast<std::int64_t>(i) * buffer_stride_;
    for (std::int64_t at = range.first; at < range.last;) {
      const std::int64_t row = at / across;
      const std::int64_t column = at % across * columns;
      std::int64_t rows = across == 1 ? range.last - at : 1;
      for (const Stream& stream : made_.streams) rows = std::min(rows, stream.even_rows(row));
      for (std::size_t i = 0; i < made_.streams.size(); ++i)
        pointers[i] = address(made_.streams[i], buffers, row, column);
      code_.run(pointers.data(), rows, std::min(columns, made_.columns - column));
      at += rows;
    }
  });
}

}  // namespace weft::onednn
