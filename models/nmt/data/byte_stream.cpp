#include "models/nmt/data/byte_stream.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/base/error.h"
#include "graph/base/file.h"
#include "models/nmt/data/gzip.h"
#include "models/nmt/data/zstd.h"

namespace weft::nmt {
namespace {

/// The first bytes, which tell how the rest is packed, and that rest.
ByteStream rewound(std::span<const std::byte> first, ByteStream rest) {
  return [first = std::vector<std::byte>(first.begin(), first.end()), at = std::size_t{0},
          rest = std::move(rest)](std::span<std::byte> destination) mutable {
    const std::size_t count = std::min(destination.size(), first.size() - at);
    std::copy_n(first.begin() + static_cast<std::ptrdiff_t>(at), count, destination.begin());
    at += count;
    return count == destination.size() ? count : count + rest(destination.subspan(count));
  };
}

ByteStream unpacked(ByteStream bytes) {
  std::array<std::byte, 4> first{};
  const std::span<const std::byte> known = std::span(first).first(bytes(first));
  ByteStream all = rewound(known, std::move(bytes));
  if (is_gzip(known)) return gunzip(std::move(all));
  if (is_zstd(known)) return unzstd(std::move(all));
  return all;
}

}  // namespace

ByteStream open_text(const std::string& path) {
  const std::shared_ptr<FileReader> file(new FileReader(path == "-" ? FileReader::standard_input() : FileReader(path)));
  const auto named = [path](const auto& read) {
    try {
      return read();
    } catch (const Error& error) {
      const std::string_view message = error.what();
      if (message.starts_with("cannot read ")) throw;  // the file itself says which it is
      fail("cannot read '{}': {}", path, message);
    }
  };
  ByteStream bytes = named([&] { return unpacked([file](std::span<std::byte> piece) { return file->read(piece); }); });
  return [named, bytes = std::move(bytes)](std::span<std::byte> piece) { return named([&] { return bytes(piece); }); };
}

}  // namespace weft::nmt
