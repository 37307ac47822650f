#include "graph/base/json_parse.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "graph/base/error.h"
#include "graph/io/json.h"
#include "graph/io/safetensors.h"
#include "tests/graph/test_ops.h"

namespace weft {
namespace {

std::string refusal_of(std::string_view text) {
  try {
    parse_json(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

bool says(const std::string& message, std::string_view part) { return message.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("JSON is read as it stands") {
  const nlohmann::json document = parse_json(R"({"a": [1, -2.5, true, null, "é"], "b": {"a": 1e308}})");
  CHECK(document["a"].size() == 5);
  CHECK(document["a"][4] == "é");
  CHECK(document["b"]["a"] == 1e308);
}

TEST_CASE("nesting is refused at its limit, before anything can overflow") {
  const std::string least = std::string(max_json_depth, '[') + std::string(max_json_depth, ']');
  CHECK_NOTHROW(parse_json(least));
  CHECK(refusal_of("[" + least + "]") == "it is nested deeper than 16 levels");
  for (const std::string opening : {"[", "{\"a\":", "[{\"a\":["}) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += opening;
    CHECK(refusal_of(deep) == "it is nested deeper than 16 levels");
    CHECK_THROWS_AS(from_json(deep, test::test_ops()), Error);
  }
}

TEST_CASE("a number beyond every double is refused with its key") {
  CHECK(says(refusal_of(R"({"a": 1, "units": 1e999})"), "'units': number overflow parsing '1e999'"));
  CHECK(says(refusal_of("[-1e999]"), "number overflow parsing '-1e999'"));
  CHECK(refusal_of("123456789012345678901234567890").empty());
}

TEST_CASE("a key that is given twice is refused by its name") {
  CHECK(refusal_of(R"({"units": 1, "b": {"units": 2}, "units": 1})") == "the key 'units' is given twice");
}

TEST_CASE("damaged JSON is refused with the place") {
  CHECK(says(refusal_of("{\"a\": 1,\n \"b\" 2}"), "line 2, column 6"));
  CHECK(says(refusal_of("\"caf\xe9\""), "ill-formed UTF-8"));
  CHECK(refusal_of(std::string_view("1\0", 2)) == "it holds a zero byte");
  CHECK(refusal_of("") == "it is empty");
}

}  // namespace weft
