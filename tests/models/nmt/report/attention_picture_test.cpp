#include "models/nmt/report/attention_picture.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>

#include "graph/base/file.h"
#include "models/nmt/report/colour_map.h"
#include "tests/temporary_folder.h"

using weft::read_file;
using weft::nmt::AttentionMatrix;
using weft::nmt::draw_attention;
using weft::test::message_of;
using weft::test::TemporaryFolder;

namespace {

AttentionMatrix coffee() {
  return {{"j'", "aime", "le", "café"}, {"i", "like", "coffee"}, {.9f, .1f, 0, 0, .2f, .8f, 0, 0, 0, 0, .25f, .75f}};
}

AttentionMatrix uniform(std::size_t source, std::size_t target, const std::string& word) {
  return {std::vector<std::string>(source, word), std::vector<std::string>(target, word),
          std::vector<float>(source * target, 1.0f / static_cast<float>(source))};
}

std::string drawn(const AttentionMatrix& matrix, const std::string& extension) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path / ("picture" + extension);
  draw_attention(matrix, path);
  return read_file(path);
}

/// The message of the Error that drawing throws; also checks that it leaves no file behind.
std::string refusal(const AttentionMatrix& matrix, const std::string& name = "picture.png") {
  const TemporaryFolder folder;
  const std::string message = message_of([&] { draw_attention(matrix, folder.path / name); });
  CHECK(std::filesystem::is_empty(folder.path));
  return message;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A big-endian 32-bit number of a PNG header: the width stands at byte 16, the height at byte 20.
unsigned png_number(const std::string& png, std::size_t at) {
  unsigned number = 0;
  for (std::size_t i = at; i < at + 4; ++i) number = number << 8 | static_cast<unsigned char>(png.at(i));
  return number;
}

double luminance(double weight) {
  const auto linear = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
  const weft::nmt::Colour colour = weft::nmt::sequential_colour(weight);
  return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
}

}  // namespace

TEST_CASE("the extension chooses the format") {
  CHECK(drawn(coffee(), ".png").starts_with("\x89PNG\r\n\x1a\n"));
  CHECK(drawn(coffee(), ".PNG").starts_with("\x89PNG\r\n\x1a\n"));
  CHECK(drawn(coffee(), ".pdf").starts_with("%PDF-"));
  const std::string svg = drawn(coffee(), ".svg");
  CHECK(svg.starts_with("<?xml"));
  CHECK(contains(svg, "<svg "));
  CHECK(contains(svg, "</svg>"));
}

TEST_CASE("another extension is refused with the three that are known") {
  for (const char* name : {"picture.jpg", "picture", ".png"}) {
    CAPTURE(name);
    CHECK(contains(refusal(coffee(), name), ".png, .svg or .pdf"));
  }
}

TEST_CASE("the same matrix gives the same bytes") {
  for (const char* extension : {".png", ".svg", ".pdf"}) {
    CAPTURE(extension);
    CHECK(drawn(coffee(), extension) == drawn(coffee(), extension));
  }
}

TEST_CASE("another weight gives another picture") {
  AttentionMatrix other = coffee();
  other.weights[0] = 0.1f;
  for (const char* extension : {".png", ".svg", ".pdf"}) {
    CAPTURE(extension);
    CHECK(drawn(coffee(), extension) != drawn(other, extension));
  }
}

TEST_CASE("the canvas grows with the words and stays bounded" * doctest::test_suite("slow")) {
  const auto width = [](const AttentionMatrix& matrix) { return png_number(drawn(matrix, ".png"), 16); };
  const auto height = [](const AttentionMatrix& matrix) { return png_number(drawn(matrix, ".png"), 20); };
  const AttentionMatrix small = uniform(1, 1, "a");
  CHECK(width(small) > 100);
  CHECK(width(small) < 1200);
  CHECK(width(uniform(1, 1, "anticonstitutionnellement")) > width(small));
  CHECK(height(uniform(1, 1, "anticonstitutionnellement")) > height(small));
  CHECK(width(uniform(60, 2, "a")) > width(uniform(30, 2, "a")));
  CHECK(height(uniform(2, 60, "a")) > height(uniform(2, 30, "a")));

  const std::string endless = drawn(uniform(1, 1, std::string(1'000'000, 'x')), ".png");
  CHECK(png_number(endless, 16) < 4000);
  const std::string largest = drawn(uniform(256, 256, "mot"), ".png");
  CHECK(std::size_t{png_number(largest, 16)} * png_number(largest, 20) < 26'000'000);
}

TEST_CASE("a sentence that attends to itself is the title once") {
  AttentionMatrix matrix = uniform(3, 3, "café");
  const std::string twice = drawn(matrix, ".png");
  matrix.of_itself = true;
  const std::string once = drawn(matrix, ".png");
  CHECK(png_number(once, 16) == png_number(twice, 16));
  CHECK(png_number(once, 20) < png_number(twice, 20));
}

TEST_CASE("words of every kind are drawn") {
  for (const char* word : {"", "é ç œ ï", "<&\"'>", "日本", "\xff\xfe broken", "tab\tand\nline", "🙂"}) {
    CAPTURE(word);
    for (const char* extension : {".png", ".svg", ".pdf"}) CHECK(!drawn(uniform(3, 2, word), extension).empty());
  }
}

TEST_CASE("a matrix that does not fit its words is refused") {
  AttentionMatrix short_one = coffee();
  short_one.weights.pop_back();
  CHECK(refusal(short_one) ==
        "attention weights do not match the words: 11 weights for 3 target x 4 source words, 12 are needed");
  CHECK(contains(refusal({{}, {"a"}, {}}), "0 source and 1 target words"));
  CHECK(contains(refusal({{"a"}, {}, {}}), "1 source and 0 target words"));
  CHECK(contains(refusal(uniform(257, 1, "a")), "at most 256"));
}

TEST_CASE("a weight outside [0, 1] is refused with its words") {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float weight : {-0.01f, 1.01f, std::nanf(""), infinity, -infinity}) {
    CAPTURE(weight);
    AttentionMatrix matrix = coffee();
    matrix.weights[7] = weight;
    CHECK(contains(refusal(matrix), "attention weight of target word 2 'like' on source word 4 'café' is"));
  }
  AttentionMatrix rounded = coffee();  // what a softmax in float32 may give
  rounded.weights[0] = 1.000001f;
  CHECK_NOTHROW(drawn(rounded, ".png"));
}

TEST_CASE("a folder that cannot be written is an error that names the file") {
  const TemporaryFolder folder;
  weft::write_file(folder.path / "file", "not a folder");
  for (const char* name : {"missing/picture.png", "file/picture.svg"}) {
    CAPTURE(name);
    const std::string message = message_of([&] { draw_attention(coffee(), folder.path / name); });
    CHECK(contains(message, (folder.path / name).string()));
  }
}

TEST_CASE("a larger weight is darker, from almost white to almost black") {
  CHECK(luminance(0) > 0.9);
  CHECK(luminance(1) < 0.05);
  for (int i = 0; i < 100; ++i) CHECK(luminance(i / 100.0) > luminance((i + 1) / 100.0));
}
