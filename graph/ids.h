#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace weft {

/// A strong 32-bit id: an index into its graph's vectors, never reused. Default-constructed it names nothing.
template <typename Tag>
struct Id {
  static constexpr std::uint32_t none = 0xffffffffU;
  std::uint32_t index = none;

  explicit operator bool() const { return index != none; }
  friend auto operator<=>(const Id&, const Id&) = default;
};

using NodeId = Id<struct NodeTag>;
using ValueId = Id<struct ValueTag>;

}  // namespace weft

template <typename Tag>
struct std::hash<weft::Id<Tag>> {
  std::size_t operator()(weft::Id<Tag> id) const noexcept { return id.index; }
};
