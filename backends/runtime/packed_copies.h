#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace weft {

/// A copy of a tensor's content in the layout that some kernel wants: packed weights. May be used from several threads.
class PackedCopy {
 public:
  virtual ~PackedCopy() = default;

  /// Packs again unless this is the content that was packed last. Allocates the first time only, and nothing where the
  /// copy is lent memory of the bytes that its request names. What others write there between two runs is lost: then
  /// each run must have a version of its own.
  void refresh(const void* plain, std::uint64_t version, void* lent = nullptr);

 private:
  virtual void pack(const void* plain, void* lent) = 0;

  std::mutex mutex_;
  const void* plain_ = nullptr;
  std::uint64_t version_ = 0;
};

/// A copy that a kernel wants of one of its operands.
struct PackRequest {
  std::size_t operand = 0;
  /// Whether a copy that is there already will do.
  std::function<bool(const PackedCopy& copy)> fits;
  std::function<std::shared_ptr<PackedCopy>()> make;
  /// What the copy takes; 0 when it cannot be lent memory.
  std::size_t bytes = 0;
};

/// The copies of one tensor's content, each shared by all kernels that want the same; one lives as long as any of them.
class PackedCopies {
 public:
  /// `offset`: of what is packed, in elements from the tensor's start.
  std::shared_ptr<PackedCopy> get(std::int64_t offset, const PackRequest& request);

 private:
  struct Entry {
    std::int64_t offset;
    std::weak_ptr<PackedCopy> copy;
  };
  std::mutex mutex_;
  std::vector<Entry> entries_;
};

/// A packed copy as a kernel finds it when it runs.
struct PackedOperand {
  std::shared_ptr<PackedCopy> copy;
  const std::uint64_t* version = nullptr;  ///< changes with the content
  const void* plain = nullptr;
  void* lent = nullptr;  ///< where the copy lies; null: in memory of its own

  /// The copy, packed anew if its content has changed.
  template <typename Copy>
  const Copy& as() const {
    copy->refresh(plain, *version, lent);
    return static_cast<const Copy&>(*copy);
  }
};

}  // namespace weft
