#pragma once

#include <cstdint>

namespace weft::onednn {

/// sum[i] += row[i].
void add_to(float* sum, const float* row, std::int64_t count);
void add_to(std::uint32_t* sum, const std::uint32_t* row, std::int64_t count);

}  // namespace weft::onednn
