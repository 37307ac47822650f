#include "backends/onednn/loops/distinct_ids.h"

#include <algorithm>

namespace weft::onednn {

std::size_t DistinctIds::scratch_bytes(std::int64_t count, std::int64_t vocabulary) {
  return static_cast<std::size_t>(2 * count + vocabulary) * sizeof(std::int32_t);
}

DistinctIds::DistinctIds(std::span<const std::int32_t> ids, std::int64_t vocabulary, void* scratch) {
  constexpr std::int32_t unseen = -1;
  auto* distinct = static_cast<std::int32_t*>(scratch);
  std::int32_t* index = distinct + ids.size();
  std::int32_t* index_of_id = index + ids.size();
  std::fill_n(index_of_id, vocabulary, unseen);
  std::int32_t count = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    require(ids[i] >= 0 && ids[i] < vocabulary, "id {} at index {} is outside of the table of {} rows", ids[i], i,
            vocabulary);
    std::int32_t& seen = index_of_id[ids[i]];
    if (seen == unseen) {
      seen = count;
      distinct[count++] = ids[i];
    }
    index[i] = seen;
  }
  distinct_ = {distinct, static_cast<std::size_t>(count)};
  index_ = {index, ids.size()};
}

}  // namespace weft::onednn
