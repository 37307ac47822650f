#include "graph/base/checksum.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace weft {
namespace {

// The specification's five primes: github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
constexpr std::uint64_t prime1 = 0x9E3779B185EBCA87ULL;
constexpr std::uint64_t prime2 = 0xC2B2AE3D27D4EB4FULL;
constexpr std::uint64_t prime3 = 0x165667B19E3779F9ULL;
constexpr std::uint64_t prime4 = 0x85EBCA77C2B2AE63ULL;
constexpr std::uint64_t prime5 = 0x27D4EB2F165667C5ULL;

static_assert(std::endian::native == std::endian::little, "words are read as little-endian");

template <typename Word>
std::uint64_t read_word(const std::byte* bytes) {
  Word word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

std::uint64_t round(std::uint64_t lane, std::uint64_t word) { return std::rotl(lane + word * prime2, 31) * prime1; }

std::uint64_t merge(std::uint64_t hash, std::uint64_t lane) { return (hash ^ round(0, lane)) * prime1 + prime4; }

}  // namespace

std::array<std::uint64_t, 4> Checksum::initial_lanes() { return {prime1 + prime2, prime2, 0, 0 - prime1}; }

void Checksum::add_block(const std::byte* block) {
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    lanes_[i] = round(lanes_[i], read_word<std::uint64_t>(block + i * sizeof(std::uint64_t)));
}

void Checksum::add(std::span<const std::byte> bytes) {
  total_ += bytes.size();
  if (pending_size_ > 0) {
    const std::size_t taken = std::min(bytes.size(), block_size - pending_size_);
    std::copy_n(bytes.begin(), taken, pending_.begin() + static_cast<std::ptrdiff_t>(pending_size_));
    pending_size_ += taken;
    bytes = bytes.subspan(taken);
    if (pending_size_ < block_size) return;
    add_block(pending_.data());
    pending_size_ = 0;
  }
  for (; bytes.size() >= block_size; bytes = bytes.subspan(block_size)) add_block(bytes.data());
  std::ranges::copy(bytes, pending_.begin());
  pending_size_ = bytes.size();
}

void Checksum::add(std::string_view text) { add(std::as_bytes(std::span(text.data(), text.size()))); }

std::uint64_t Checksum::value() const {
  std::uint64_t hash = prime5;
  if (total_ >= block_size) {
    hash = std::rotl(lanes_[0], 1) + std::rotl(lanes_[1], 7) + std::rotl(lanes_[2], 12) + std::rotl(lanes_[3], 18);
    for (const std::uint64_t lane : lanes_) hash = merge(hash, lane);
  }
  hash += total_;
  // The rest: words of 8, 4 and 1 bytes.
  const std::byte* at = pending_.data();
  const std::byte* end = at + pending_size_;
  for (; end - at >= 8; at += 8) hash = std::rotl(hash ^ round(0, read_word<std::uint64_t>(at)), 27) * prime1 + prime4;
  if (end - at >= 4) {
    hash = std::rotl(hash ^ (read_word<std::uint32_t>(at) * prime1), 23) * prime2 + prime3;
    at += 4;
  }
  for (; at < end; ++at) hash = std::rotl(hash ^ (read_word<std::uint8_t>(at) * prime5), 11) * prime1;
  // Every bit of the input reaches every bit of the result.
  hash = (hash ^ (hash >> 33)) * prime2;
  hash = (hash ^ (hash >> 29)) * prime3;
  return hash ^ (hash >> 32);
}

}  // namespace weft
