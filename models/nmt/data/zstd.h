#pragma once

#include <cstddef>
#include <span>

#include "models/nmt/data/byte_stream.h"

namespace weft::nmt {

/// Whether the bytes begin as those of a Zstandard file do (RFC 8878).
bool is_zstd(std::span<const std::byte> bytes);

/// What a Zstandard file holds, all its frames one after another. It throws Error when the file is damaged or cut off,
/// and when unpacking it would take more than 128 MiB, which is what `zstd` itself grants.
ByteStream unzstd(ByteStream packed);

}  // namespace weft::nmt
