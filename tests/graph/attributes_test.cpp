#include "graph/attributes.h"

#include <doctest/doctest.h>

#include <cmath>

#include "graph/graph.h"

using namespace weft;

namespace {

Attribute tensor(float element) { return std::make_shared<const Tensor>(Tensor::scalar(element)); }

Attribute body(std::int64_t extent, std::string_view output) {
  Graph graph("body");
  graph.output(output, graph.input("x", DType::f32, {extent}));
  return std::make_shared<const Graph>(std::move(graph));
}

}  // namespace

TEST_CASE("attributes are found by name, whatever the order they were set in") {
  Attributes attributes{{"b", true}, {"a", std::int64_t{3}}};
  CHECK(attributes.get<bool>("b"));
  CHECK(attributes.get<std::int64_t>("a") == 3);
  CHECK(attributes.begin()->first == "a");
  CHECK(attributes == Attributes{{"a", std::int64_t{3}}, {"b", true}});
  attributes.set("a", 2.5);
  CHECK(attributes.size() == 2);
  CHECK(attributes.get<double>("a") == 2.5);
  CHECK(attributes.get_or<std::int64_t>("c", 7) == 7);
  CHECK_FALSE(attributes.contains("c"));
  CHECK(attributes.find("") == nullptr);
}

TEST_CASE("a missing attribute or one of another kind is an error") {
  const Attributes attributes{{"axis", 1.0}};
  CHECK_THROWS_WITH_AS(attributes.get<bool>("keep"), "the attribute 'keep' is missing", Error);
  CHECK_THROWS_WITH_AS(attributes.get<std::int64_t>("axis"),
                       "the attribute 'axis' is of the wrong kind: number is given", Error);
  CHECK_THROWS_AS(attributes.get_or<std::int64_t>("axis", 0), Error);
}

TEST_CASE("attributes are equal by kind and content") {
  const auto same = [](const Attribute& a, const Attribute& b) {
    const Attributes of_a{{"x", a}};
    const Attributes of_b{{"x", b}};
    CHECK((of_a == of_b) == same_content(a, b));
    if (of_a == of_b) CHECK(of_a.hash() == of_b.hash());
    return same_content(a, b);
  };
  CHECK(same(std::int64_t{1}, std::int64_t{1}));
  CHECK_FALSE(same(std::int64_t{1}, 1.0));
  CHECK_FALSE(same(std::int64_t{1}, true));
  CHECK_FALSE(same(std::vector<std::int64_t>{}, std::vector<double>{}));
  CHECK_FALSE(same(0.0, -0.0));
  CHECK(same(std::nan(""), std::nan("")));
  CHECK(same(std::vector<double>{std::nan("")}, std::vector<double>{std::nan("")}));
  CHECK(same(tensor(1), tensor(1)));
  CHECK_FALSE(same(tensor(1), tensor(2)));
  CHECK(same(body(3, "y"), body(3, "y")));
  CHECK_FALSE(same(body(3, "y"), body(4, "y")));
  CHECK_FALSE(same(body(3, "y"), body(3, "z")));
  CHECK(same(std::string("a"), std::string("a")));
  CHECK_FALSE(Attributes{{"x", true}} == Attributes{{"y", true}});
}

TEST_CASE("hashes differ where attributes do") {
  CHECK(Attributes{{"x", 1.0}}.hash() != Attributes{{"x", 2.0}}.hash());
  CHECK(Attributes{{"x", 1.0}}.hash() != Attributes{{"y", 1.0}}.hash());
  CHECK(Attributes{{"x", tensor(1)}}.hash() != Attributes{{"x", tensor(2)}}.hash());
  CHECK(Attributes{{"x", std::vector<std::int64_t>{1, 2}}}.hash() !=
        Attributes{{"x", std::vector<std::int64_t>{2, 1}}}.hash());
}
