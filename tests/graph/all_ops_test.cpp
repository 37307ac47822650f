#include <doctest/doctest.h>
#include <fmt/format.h>

#include "graph/base/file.h"
#include "graph/io/json.h"
#include "graph/io/text.h"
#include "graph/verifier.h"
#include "ops/ops.h"

// The text and JSON forms with every real op: each of its cases survives, and what fits no op never reaches into an
// op's inference further than an Error. Damaged files are what tests/fuzz is for.

using namespace weft;

namespace {

Graph graph_of(const Op& op, const OpCase& op_case) {
  Graph graph(fmt::format("{}_{}", op.name, op_case.name));
  int count = 0;
  for (const Value result : op_case.build(graph)) graph.output(fmt::format("y{}", count++), result);
  return graph;
}

template <typename Check>
void for_each_case(const Check& check) {
  for (const Op* op : all_ops().ops()) {
    for (const OpCase& op_case : op->cases) {
      CAPTURE(std::string(op->name));
      CAPTURE(std::string(op_case.name));
      check(graph_of(*op, op_case));
    }
  }
}

/// The text is a graph or is refused; anything but an Error that it throws fails the test.
void check_loads_or_is_refused(const std::string& text) {
  try {
    const Graph graph = parse_text(text, all_ops());
    verify(graph);
    CHECK(to_text(parse_text(to_text(graph), all_ops())) == to_text(graph));
  } catch (const Error&) {
    // refused, as it should be
  } catch (const std::exception& error) {
    FAIL_CHECK(error.what(), "\n", text);
  }
}

}  // namespace

TEST_CASE("every case of every op survives text and JSON") {
  for_each_case([](const Graph& graph) {
    verify(graph);
    const std::string text = to_text(graph);
    CHECK(to_text(parse_text(text, all_ops())) == text);
    const std::string json = to_json(graph);
    CHECK(to_text(from_json(json, all_ops())) == text);
    CHECK(to_json(from_json(json, all_ops())) == json);
  });
}

TEST_CASE("operands and attributes that fit no op never reach further than an Error") {
  const std::vector<std::string> values{"%f", "%i", "%b", "%scalar", "%cube"};
  for (const Op* op : all_ops().ops()) {
    for (std::size_t count = 0; count <= 8; ++count) {
      for (std::size_t turn = 0; turn < values.size(); ++turn) {
        std::string operands;
        for (std::size_t i = 0; i < count; ++i)
          operands += fmt::format("{}{}", i == 0 ? "" : ", ", values[(turn + i * i) % values.size()]);
        for (
            const char* attributes :
            {"", "{axis = 9223372036854775807}", "{axis = -9223372036854775808, begin = -1, end = 9223372036854775807}",
             "{axis = 0, axes = [9, -9], shape = [], permutation = [7, 7], begin = 9223372036854775807, end = 1}",
             "{axis = 1, before = 9223372036854775807, after = 9223372036854775807, time = 1099511627776, vocabulary = "
             "9223372036854775807, keep_dims = true, axes = [0, 0], shape = [0]}"}) {
          check_loads_or_is_refused(
              fmt::format("graph \"g\" {{\n%f = input() : f32[2,3]\n%i = input() : i32[2]\n%b = input() : bool[2,3]\n"
                          "%scalar = input() : f32[]\n%cube = input() : f32[2,3,4]\n%y = {}({}) {} : f32[2,3]\n}}",
                          op->name, operands, attributes));
        }
      }
    }
  }
}

TEST_CASE("the examples of docs/ir.md load, and as they are written") {
  const std::string page = read_file(WEFT_TEST_DIR "/../docs/ir.md");
  const auto block = [&page](std::string_view begin) {
    const std::size_t at = page.find(begin);
    REQUIRE(at != std::string::npos);
    return page.substr(at, page.find("```", at) - at);
  };
  const std::string text = block("graph \"classify\"");
  CHECK(to_text(parse_text(text, all_ops())) == text);
  CHECK_NOTHROW(verify(from_json(block("{\n\"format\""), all_ops())));
}
