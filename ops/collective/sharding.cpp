#include "ops/collective/sharding.h"

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

}  // namespace weft
