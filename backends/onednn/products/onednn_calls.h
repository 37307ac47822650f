#pragma once

#include <cstddef>
#include <cstdint>
#include <dnnl.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

// How Weft calls oneDNN; its errors come out of here as Error (out of memory) or InternalError.

namespace weft::onednn {

inline constexpr auto f32 = dnnl::memory::data_type::f32;

const dnnl::engine& cpu();
dnnl::stream& cpu_stream();

/// Throws what that status means; `what` was tried.
[[noreturn]] void fail_with(dnnl_status_t status, std::string_view what);
/// Throws it unless the status is a success.
void check(dnnl_status_t status, std::string_view what);

/// Calls `make` and returns its result; oneDNN's exceptions become Weft's.
template <typename Make>
auto guarded(const Make& make) {
  try {
    return make();
  } catch (const dnnl::error& error) {
    fail_with(error.status, error.what());
  }
}

dnnl::memory without_address(const dnnl::memory::desc& desc);
void set_address(const dnnl::memory& memory, const void* address);

/// A change of a tensor's layout.
class Reorder {
 public:
  /// None, which must not be run.
  Reorder() = default;
  Reorder(const dnnl::memory::desc& from, const dnnl::memory::desc& to);
  explicit operator bool() const { return static_cast<bool>(primitive_); }
  dnnl_status_t run(const dnnl::memory& from, const dnnl::memory& to) const;

 private:
  dnnl::reorder primitive_;
  /// In place of the primitive, where that is wrong: what an index along each axis adds to an element's offset.
  struct Axis {
    std::vector<std::int64_t> from;
    std::vector<std::int64_t> to;
  };
  std::vector<Axis> axes_;
  std::size_t bytes_ = 0;
  bool from_bf16_ = false;
  bool to_bf16_ = false;
};

/// Throws Error unless there is memory for the code that oneDNN generates when a primitive is made: where there is
/// none, oneDNN 2 writes it through a null pointer.
void require_room_for_code();

/// Primitives by what they compute: each is shared by all kernels of the process, and lives as long as they do.
template <typename Key, typename Primitive>
class SharedPrimitives {
 public:
  template <typename Make>
  std::shared_ptr<const Primitive> get(const Key& key, const Make& make) {
    const std::lock_guard lock(mutex_);
    if (const auto at = primitives_.find(key); at != primitives_.end())
      if (std::shared_ptr<const Primitive> primitive = at->second.lock()) return primitive;
    std::erase_if(primitives_, [](const auto& entry) { return entry.second.expired(); });
    const std::shared_ptr<const Primitive> primitive = make();
    primitives_.emplace(key, primitive);
    return primitive;
  }

 private:
  std::mutex mutex_;
  std::map<Key, std::weak_ptr<const Primitive>> primitives_;
};

}  // namespace weft::onednn
