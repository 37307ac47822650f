#pragma once

#include <cstddef>
#include <span>

#include "models/nmt/data/byte_stream.h"

namespace weft::nmt {

/// Whether the bytes begin as those of a gzip file do.
bool is_gzip(std::span<const std::byte> bytes);

/// What a gzip file holds, all its members one after another. It throws Error when the file is damaged or cut off.
ByteStream gunzip(ByteStream packed);

}  // namespace weft::nmt
