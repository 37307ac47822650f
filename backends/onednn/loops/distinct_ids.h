#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "backends/onednn/dispatch.h"

namespace weft::onednn {

/// The distinct ones among ids, in the order in which they first occur.
class DistinctIds {
 public:
  /// The memory that finding them takes.
  static std::size_t scratch_bytes(std::int64_t count, std::int64_t vocabulary);

  /// Throws Error for an id outside of the vocabulary. `scratch` must outlive what is returned.
  DistinctIds(std::span<const std::int32_t> ids, std::int64_t vocabulary, void* scratch);

  std::int64_t count() const { return static_cast<std::int64_t>(distinct_.size()); }
  std::span<const std::int32_t> distinct() const { return distinct_; }
  /// Of every id, its index among the distinct ones: at most its own index.
  std::span<const std::int32_t> index() const { return index_; }

 private:
  std::span<const std::int32_t> distinct_;
  std::span<const std::int32_t> index_;
};

}  // namespace weft::onednn
