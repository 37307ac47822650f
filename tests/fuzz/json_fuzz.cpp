#include <nlohmann/json.hpp>

#include "graph/base/json_parse.h"
#include "graph/io/json.h"
#include "graph/io/text.h"
#include "graph/verifier.h"
#include "tests/fuzz/harness.h"
#include "tests/fuzz/op_cases.h"

// JSON: any document (parse_json), and graphs. A document that is accepted is written and read as itself; a graph
// passes the verifier, and is the same after a way through JSON and through text.

namespace weft::fuzz {
namespace {

constexpr std::size_t deepest = 16;

std::size_t depth_of(const nlohmann::json& document) {
  std::size_t depth = 0;
  if (!document.is_structured()) return 0;
  for (const auto& item : document) depth = std::max(depth, depth_of(item));
  return depth + 1;
}

void run_document(std::string_view input) {
  const auto document = accepted([&] { return parse_json(input, deepest); });
  if (!document) return;
  expect(depth_of(*document) <= deepest, "the document is {} levels deep", depth_of(*document));
  const std::string text = document->dump();
  expect(parse_json(text, deepest) == *document, "another document is read again: {}", text);
}

void run_graph(std::string_view input) {
  const auto graph = accepted([&] { return from_json(input, all_ops()); });
  if (!graph) return;
  verify(*graph);
  const std::string json = to_json(*graph);
  const std::string text = to_text(*graph);
  const Graph from_its_json = from_json(json, all_ops());
  expect(to_json(from_its_json) == json, "JSON reads back as another graph:\n{}", json);
  expect(to_text(from_its_json) == text, "JSON reads back as a graph of another text:\n{}", text);
  expect(to_json(parse_text(text, all_ops())) == json, "text reads back as another graph:\n{}", text);
}

void run(std::string_view input) {
  run_document(input);
  run_graph(input);
}

std::vector<std::string> seeds() {
  std::vector<std::string> documents{
      R"({"a": [1, -2, 3.5, 1e-7, true, false, null, "é\u00e9\n"], "b": {"c": {}, "d": []}})",
      "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]"};
  for (const Graph& graph : graphs_of_op_cases()) documents.push_back(to_json(graph));
  return documents;
}

std::vector<std::string> words() {
  std::vector<std::string> words{"\"name\":\"", "\"op\":\"", "\"type\":\"", "\"inputs\":[", "\"attributes\":{",
                                 "f32[",        "f64[",      "i32[",        "bool[",        "bf16[",
                                 "splat",       "numbers"};
  for (const Op* op : all_ops().ops()) words.emplace_back(op->name);
  return words;
}

}  // namespace

const Harness harness{.run = run, .seeds = seeds, .words = words};

}  // namespace weft::fuzz
