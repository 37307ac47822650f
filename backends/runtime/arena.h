#pragma once

#include <cstddef>
#include <memory>

#include "backends/runtime/use_count.h"

namespace weft {

/// Working memory that executions share: as large as the largest plan among them. Only one of them runs at a time.
class Arena {
 public:
  /// Makes room. The memory may move, and its content is lost. Throws Error when there is not that much.
  void reserve(std::size_t bytes);
  std::byte* data() const { return data_.get(); }
  std::size_t bytes() const { return bytes_; }
  /// Written by the execution that runs in it.
  UseCount& use() { return use_; }

 private:
  struct Free {
    void operator()(std::byte* data) const;
  };
  std::unique_ptr<std::byte, Free> data_;
  std::size_t bytes_ = 0;
  UseCount use_;
};

}  // namespace weft
