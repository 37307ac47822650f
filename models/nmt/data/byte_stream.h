#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

namespace weft::nmt {

/// Bytes that come one piece after another. Fills `destination`, or as much of it as what is left does; returns the
/// number of bytes, which is less than asked for at the end alone.
using ByteStream = std::function<std::size_t(std::span<std::byte> destination)>;

/// The bytes of a file, or of standard input when the path is "-"; what gzip or Zstandard has packed comes unpacked.
/// Takes as much memory for a large file as for a small one. Throws Error that names the path when it cannot be read or
/// is damaged, now or when the bytes are asked for.
ByteStream open_text(const std::string& path);

}  // namespace weft::nmt
