#include "graph/base/json_value.h"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "graph/base/error.h"

using namespace weft;

TEST_CASE("JSON of every kind of value") {
  CHECK(Json().dump() == "null");
  CHECK(Json(nullptr).dump() == "null");
  CHECK(Json(true).dump() == "true");
  CHECK(Json(-3).dump() == "-3");
  CHECK(Json(std::numeric_limits<std::int64_t>::min()).dump() == "-9223372036854775808");
  CHECK(Json(std::numeric_limits<std::uint64_t>::max()).dump() == "18446744073709551615");
  CHECK(Json(0.1).dump() == "0.1");
  CHECK(Json(1.0).dump() == "1.0");
  CHECK(Json(std::numeric_limits<double>::infinity()).dump() == "null");
  CHECK(Json("a \"b\"\n\u00e9").dump() == "\"a \\\"b\\\"\\n\u00e9\"");
  CHECK(Json("\xff").dump() == "\"\ufffd\"");  // not UTF-8
  CHECK(Json(std::optional<double>()).dump() == "null");
  CHECK(Json(std::optional<double>(2.5)).dump() == "2.5");
  CHECK(Json(std::vector<std::vector<int>>{{1, 2}, {}}).dump() == "[[1,2],[]]");
}

TEST_CASE("objects of JSON keep the order of their members, and lists may hold anything") {
  Json json{{"name", "x"}, {"pair", {{"a", "b"}, {"c", "d"}}}, {"one", {{"e", 1}}}};
  json["list"].push_back(Json::list({1, "two", Json()}));
  json["name"] = "y";
  json["deep"]["er"] = 3;
  json["empty"] = Json::list();
  CHECK(json.dump() == R"({"name":"y","pair":{"a":"b","c":"d"},"one":{"e":1},"list":[[1,"two",null]],)"
                       R"("deep":{"er":3},"empty":[]})");
  CHECK(json.size() == 6);
  CHECK(json["list"].size() == 1);
  CHECK(json["name"].size() == 0);
  CHECK(Json{{"a", Json::list({1})}}.dump(2) == "{\n  \"a\": [\n    1\n  ]\n}");
}

TEST_CASE("a copy of JSON is a value of its own") {
  Json json{{"list", Json::list({1})}};
  Json copy = json;
  copy["list"].push_back(2);
  CHECK(json.dump() == R"({"list":[1]})");
  CHECK(copy.dump() == R"({"list":[1,2]})");
  json["list"] = json;  // into itself
  CHECK(json.dump() == R"({"list":{"list":[1]}})");
}

TEST_CASE("JSON of another kind takes neither members nor items") {
  Json text("text");
  CHECK_THROWS_AS(text["name"], InternalError);
  CHECK_THROWS_AS(text.push_back(1), InternalError);
  CHECK_THROWS_AS(Json::list()["name"], InternalError);
}
