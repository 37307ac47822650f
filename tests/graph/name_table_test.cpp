#include "graph/name_table.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <random>
#include <string>

using namespace weft;

TEST_CASE("a table of names finds what a map finds, through insertions and erasures at random") {
  std::mt19937_64 random(1);
  NameTable::Nodes nodes;
  NameTable table;
  std::map<std::string, NodeId> expected;
  for (int i = 0; i < 20'000; ++i) {
    const std::string name = fmt::format("step{}/cell", random() % 500);
    const auto at = expected.find(name);
    if (at == expected.end()) {
      const NodeId id{static_cast<std::uint32_t>(nodes.size())};
      nodes.emplace_back().name = name;
      table.insert(id, nodes);
      expected.emplace(name, id);
    } else {
      table.erase(at->second, nodes);
      expected.erase(at);
    }
    const std::string other = fmt::format("step{}/cell", random() % 500);
    const auto found = expected.find(other);
    REQUIRE(table.find(other, nodes) == (found == expected.end() ? NodeId{} : found->second));
  }
  for (const auto& [name, id] : expected) CHECK(table.find(name, nodes) == id);
}

TEST_CASE("an empty table finds nothing, and a name is entered once") {
  NameTable::Nodes nodes(2);
  nodes[0].name = nodes[1].name = "same";
  NameTable table;
  CHECK(!table.find("same", nodes));
  table.insert(NodeId{0}, nodes);
  CHECK_THROWS_AS(table.insert(NodeId{1}, nodes), InternalError);
  CHECK(table.find("same", nodes) == NodeId{0});
}
