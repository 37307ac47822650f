#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::nmt {

/// Whether the bytes begin as those of a gzip file do.
bool is_gzip(std::string_view bytes);

/// What a gzip file holds, all its members one after another. Throws Error when it is damaged or cut off, and when it
/// holds more than `max_bytes`, of which it unpacks no more.
std::string gunzip(std::string_view bytes, std::uint64_t max_bytes);

}  // namespace weft::nmt
