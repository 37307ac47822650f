#include "ops/collective/sharding.h"

#include <fmt/format.h>

#include "ops/helpers.h"

namespace weft {

std::int64_t Sharding::shard(std::int64_t elements) const {
  const std::int64_t steps = (elements + step - 1) / step;
  return (steps + processes - 1) / processes * step;
}

Attributes sharding_attributes(const Sharding& sharding) {
  return {{"processes", sharding.processes}, {"step", sharding.step}};
}

Sharding sharding_of(const Attributes& attributes) {
  const Sharding sharding{attributes.get<std::int64_t>("processes"), attributes.get<std::int64_t>("step")};
  constexpr std::int64_t most = std::int64_t{1} << 24;
  require(sharding.processes >= 1 && sharding.processes <= most, "processes is {}: a number in [1, {}] is needed",
          sharding.processes, most);
  require(sharding.step >= 1 && sharding.step <= most, "step is {}: a number in [1, {}] is needed", sharding.step,
          most);
  return sharding;
}

void set_channel(Attributes& attributes, std::optional<std::int64_t> channel) {
  if (channel) attributes.set("channel", *channel);
}

std::optional<std::int64_t> channel_of(const Attributes& attributes) {
  if (!attributes.contains("channel")) return {};
  constexpr std::int64_t most = 1 << 16;
  const auto channel = attributes.get<std::int64_t>("channel");
  require(channel >= 0 && channel < most, "channel is {}: a number in [0, {}) is needed", channel, most);
  return channel;
}

Sharding sharding_among(const Attributes& attributes, std::int64_t running) {
  const Sharding sharding = sharding_of(attributes);
  require(sharding.processes == running, "it is for {} processes, {} the graph", sharding.processes,
          running == 1 ? "one runs" : fmt::format("{} run", running));
  return sharding;
}

}  // namespace weft
