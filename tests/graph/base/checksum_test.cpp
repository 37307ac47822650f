#include "graph/base/checksum.h"

#include <doctest/doctest.h>

#include <string>

using weft::Checksum;

namespace {

std::uint64_t checksum(std::string_view text) {
  Checksum sum;
  sum.add(text);
  return sum.value();
}

}  // namespace

// The expected values are those of the reference implementation, xxhsum -H1.
TEST_CASE("the checksum is XXH64") {
  CHECK(checksum("") == 0xef46db3751d8e999ULL);
  CHECK(checksum("a") == 0xd24ec4f1a98c6e5bULL);
  CHECK(checksum("abc") == 0x44bc2cf5ad770999ULL);
  CHECK(checksum("Nobody inspects the spammish repetition") == 0xfbcea83c8a378bf1ULL);
}

TEST_CASE("the checksum does not depend on how the bytes are cut into pieces") {
  std::string text;
  for (int i = 0; i < 333; ++i) text += static_cast<char>(i * 37);
  for (std::size_t piece = 1; piece < 100; ++piece) {
    Checksum sum;
    for (std::size_t at = 0; at < text.size(); at += piece) sum.add(std::string_view(text).substr(at, piece));
    CAPTURE(piece);
    CHECK(sum.value() == checksum(text));
  }
}
