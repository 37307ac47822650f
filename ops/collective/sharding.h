#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "ops/ops.h"

// What the collective ops with shards share. Not for users.

namespace weft {

/// The lines about the attributes that a sharding is kept in.
inline constexpr std::string_view processes_line = "processes: how many share the value";
inline constexpr std::string_view step_line = "step: a shard has whole multiples of so many elements";

inline constexpr std::string_view channel_line =
    "channel: a number by which programs that run one after another share the exchange; may be absent: it begins and "
    "ends here";

/// The attribute, set where there is one; and back. The second throws Error for a number that is none.
void set_channel(Attributes& attributes, std::optional<std::int64_t> channel);
std::optional<std::int64_t> channel_of(const Attributes& attributes);

/// By how many elements a norm is summed: a shard of whole chunks has sums that the whole value has as well.
inline constexpr std::int64_t norm_chunk = 65536;

/// Attributes, and back. The second throws Error for numbers that are none of a sharding.
Attributes sharding_attributes(const Sharding& sharding);
Sharding sharding_of(const Attributes& attributes);
/// The same, and Error when it is among other processes than those that run the graph.
Sharding sharding_among(const Attributes& attributes, std::int64_t running);

}  // namespace weft
