#include "backends/runtime/arena.h"

#include <cstdlib>

#include "graph/base/error.h"

namespace weft {
namespace {

/// Large pages' size: an arena that starts on one costs fewer address translations.
constexpr std::size_t alignment = std::size_t{1} << 21;

}  // namespace

void Arena::Free::operator()(std::byte* data) const { std::free(data); }

void Arena::reserve(std::size_t bytes) {
  if (bytes <= bytes_) return;
  const std::size_t size = (bytes + alignment - 1) / alignment * alignment;
  data_.reset();  // first, so that the old and the new arena are not held at once
  bytes_ = 0;
  data_.reset(static_cast<std::byte*>(std::aligned_alloc(alignment, size)));
  require(data_ != nullptr, "there is not enough memory for an arena of {} bytes; use a smaller batch", size);
  bytes_ = size;
}

}  // namespace weft
