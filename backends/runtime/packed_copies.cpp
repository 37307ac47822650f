#include "backends/runtime/packed_copies.h"

namespace weft {

void PackedCopy::refresh(const void* plain, std::uint64_t version, void* lent) {
  const std::lock_guard lock(mutex_);
  if (plain_ == plain && version_ == version) return;
  plain_ = nullptr;  // what is packed by halves, when packing throws, is of no content
  pack(plain, lent);
  plain_ = plain;
  version_ = version;
}

std::shared_ptr<PackedCopy> PackedCopies::get(std::int64_t offset, const PackRequest& request) {
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [](const Entry& entry) { return entry.copy.expired(); });
  for (const Entry& entry : entries_)
    if (entry.offset == offset)
      if (std::shared_ptr<PackedCopy> copy = entry.copy.lock(); copy && request.fits(*copy)) return copy;
  std::shared_ptr<PackedCopy> copy = request.make();
  entries_.push_back({offset, copy});
  return copy;
}

}  // namespace weft
