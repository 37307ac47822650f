#include "graph/io/json.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "graph/base/file.h"
#include "graph/base/json_parse.h"
#include "graph/io/text.h"
#include "graph/verifier.h"
#include "tests/graph/test_ops.h"
#include "tests/temporary_folder.h"

using namespace weft;
using namespace weft::test;

namespace {

std::string json_error(std::string_view json) {
  return message_of([&] { from_json(json, test_ops()); });
}

constexpr std::string_view node_x = R"({"name": "x", "op": "input", "results": [{"dtype": "f32", "shape": [2, 3]}]})";

/// The error of a graph with the input x : f32[2,3], then the given nodes.
std::string nodes_error(std::string_view nodes, std::string_view rest = "") {
  return json_error(fmt::format(R"({{"format": "weft-graph", "version": 1, "name": "g", "nodes": [{}, {}]{}}})", node_x,
                                nodes, rest));
}

std::string attribute_error(std::string_view attribute) {
  return nodes_error(fmt::format(
      R"({{"name": "y", "op": "carry", "operands": ["x"], "attributes": {{"a": {}}}, "results": [{{"dtype": "f32", "shape": [2, 3]}}]}})",
      attribute));
}

}  // namespace

TEST_CASE("the JSON of a small graph") {
  Graph graph("small");
  const Value x = graph.input("x", DType::f32, {2});
  const Value total = graph.state("total", {DType::f32, {2}});
  const std::vector<Value> parts = graph.add(parted, std::span(&x, 1), {{"axis", std::int64_t{0}}, {"rate", 1.0}});
  graph.output("y", parts[1]);
  graph.update(total, parts[0]);
  CHECK(to_json(graph) == R"({
"format": "weft-graph",
"version": 1,
"name": "small",
"nodes": [
  {"name": "x", "op": "input", "scope": "", "operands": [], "attributes": {}, "results": [{"dtype": "f32", "shape": [2]}]},
  {"name": "total", "op": "state", "scope": "", "operands": [], "attributes": {"initializer": "zeros"}, "results": [{"dtype": "f32", "shape": [2]}]},
  {"name": "split", "op": "split", "scope": "", "operands": ["x"], "attributes": {"axis": 0, "rate": {"number": 1.0}}, "results": [{"dtype": "f32", "shape": [2]}, {"dtype": "i32", "shape": [2]}]}
],
"outputs": [
  {"name": "y", "value": "split:1"}
],
"updates": [
  {"variable": "total", "value": "split"}
]
}
)");
}

TEST_CASE("every kind of node, attribute, element and name survives JSON") {
  const Graph graph = graph_of_all_kinds();
  const std::string json = to_json(graph);
  const Graph loaded = from_json(json, test_ops());
  CHECK(to_text(loaded) == to_text(graph));
  CHECK(to_json(loaded) == json);
  CHECK_NOTHROW(verify(loaded));
  CHECK(to_json(from_json(to_json(Graph("empty")), test_ops())) == to_json(Graph("empty")));
}

TEST_CASE("JSON that another program has written again keeps the kinds of attributes") {
  const Graph graph = graph_of_all_kinds();
  nlohmann::json document = parse_json(to_json(graph));
  // As JavaScript does, write integral numbers without a point.
  for (auto& node : document["nodes"])
    for (auto& [name, attribute] : node["attributes"].items())
      if (attribute.is_object() && attribute.contains("number") && attribute["number"] == 3.0) attribute["number"] = 3;
  CHECK(to_text(from_json(document.dump(), test_ops())) == to_text(graph));
}

TEST_CASE("a dump has what the schema requires") {
  const nlohmann::json schema = parse_json(read_file(WEFT_TEST_DIR "/../docs/graph.schema.json"));
  const nlohmann::json document = parse_json(to_json(graph_of_all_kinds()));
  const auto check_keys = [](const nlohmann::json& rules, const nlohmann::json& object) {
    for (const auto& key : rules["required"]) CHECK(object.contains(key.get<std::string>()));
    for (const auto& [key, content] : object.items()) CHECK(rules["properties"].contains(key));
  };
  CHECK(schema["properties"]["format"]["const"] == document["format"]);
  CHECK(schema["properties"]["version"]["const"] == document["version"]);
  check_keys(schema, document);
  for (const auto& node : document["nodes"]) {
    check_keys(schema["$defs"]["node"], node);
    for (const auto& result : node["results"]) check_keys(schema["$defs"]["type"], result);
  }
  for (const auto& output : document["outputs"]) check_keys(schema["$defs"]["output"], output);
  for (const auto& update : document["updates"]) check_keys(schema["$defs"]["update"], update);
}

TEST_CASE("nodes may stand in any order in JSON") {
  const Graph graph = from_json(R"({"format": "weft-graph", "version": 1, "name": "g", "nodes": [
    {"name": "z", "op": "twice", "operands": ["y"], "results": [{"dtype": "f32", "shape": []}]},
    {"name": "y", "op": "twice", "operands": ["a/x"], "results": [{"dtype": "f32", "shape": []}]},
    {"name": "a/x", "op": "input", "results": [{"dtype": "f32", "shape": []}]}]})",
                                test_ops());
  CHECK(to_text(graph) == R"(graph "g" {
  %a/x = input() : f32[]
  %y = twice(%a/x) : f32[]
  %z = twice(%y) : f32[]
}
)");
  CHECK(graph.node(graph.find("a/x")).scope == "a");
}

TEST_CASE("a name that looks like a reference to a result is told apart") {
  Graph graph("g");
  const Value x = graph.input("x", DType::f32, {});
  const std::vector<Value> parts = graph.add(parted, std::span(&x, 1), {}, "n");
  const Value confusing = graph.add1(twice, {x}, {}, "n:1");
  graph.add1(carry, {parts[1]}, {}, "of_split");
  graph.add1(carry, {confusing}, {}, "of_confusing");
  const std::string json = to_json(graph);
  CHECK(json.find("\"n:1:0\"") != std::string::npos);
  CHECK(to_text(from_json(json, test_ops())) == to_text(graph));
}

TEST_CASE("JSON that is no graph of this format and version is refused") {
  CHECK(json_error("") == "graph JSON: it is empty");
  CHECK(json_error("[]") == "graph JSON: the file must hold an object, not array");
  CHECK(json_error("{}") == "graph JSON: the key 'format' is missing");
  CHECK(json_error(R"({"format": "onnx"})") == "graph JSON: the format is 'onnx', 'weft-graph' is needed");
  CHECK(json_error(R"({"format": "weft-graph", "version": 2})") ==
        "graph JSON: version 2 of the format is not known: this program reads version 1");
  CHECK(json_error(R"({"format": "weft-graph", "version": 1.5})") ==
        "graph JSON: 'version' must be an integer, not 1.5");
  CHECK(json_error(R"({"format": "weft-graph", "version": 1, "nods": []})") ==
        "graph JSON: the graph has an unknown key 'nods': format, version, name, nodes, outputs, updates are known");
  CHECK(json_error(R"({"format": "weft-graph", "format": "weft-graph"})") ==
        "graph JSON: the key 'format' is given twice");
  CHECK(json_error(std::string(13, '[')) == "graph JSON: it is nested deeper than 12 levels");
  CHECK(json_error(std::string(1'000'000, '[')) == "graph JSON: it is nested deeper than 12 levels");
  CHECK(json_error(std::string_view("{}\0junk", 7)) == "graph JSON: it holds a zero byte");
  CHECK(json_error("{\"format\": \"\xff\"}").find("ill-formed UTF-8") != std::string::npos);
}

TEST_CASE("errors of JSON nodes name the node") {
  const std::string type = R"("results": [{"dtype": "f32", "shape": [2, 3]}])";
  const auto node = [&type](std::string_view name, std::string_view op, std::string_view operands) {
    return fmt::format(R"({{"name": "{}", "op": "{}", "operands": [{}], {}}})", name, op, operands, type);
  };
  CHECK(nodes_error(R"({"op": "twice"})") == "graph JSON: nodes[1]: the key 'name' is missing");
  CHECK(nodes_error(R"({"name": "y", "op": "twice", "input": []})") ==
        "graph JSON: node 'y': a node has an unknown key 'input': name, op, scope, operands, attributes, results are "
        "known");
  CHECK(nodes_error(node("y", "twise", "\"x\"")) ==
        "graph JSON: node 'y': there is no op 'twise'; did you mean 'twice'?");
  CHECK(nodes_error(node_x) == "graph JSON: node 'x': the name is used twice, by nodes[0] and nodes[1]");
  CHECK(nodes_error(node("y", "twice", "\"z\"")) == "graph JSON: twice 'y': operand 0: there is no node 'z'");
  CHECK(nodes_error(node("y", "twice", "\"x:3\"")) ==
        "graph JSON: twice 'y': operand 0: 'x' has 1 result, there is no :3");
  CHECK(nodes_error(node("y", "twice", "3")) ==
        "graph JSON: twice 'y': operand 0: a reference must be a string, not number");
  CHECK(nodes_error(node("y", "twice", "\"y\"")) == "graph JSON: twice 'y' depends on itself through 'y': a cycle");
  CHECK(nodes_error(node("a", "twice", "\"b\"") + "," + node("b", "twice", "\"c\"") + "," +
                    node("c", "twice", "\"a\"")) == "graph JSON: twice 'a' depends on itself through 'c': a cycle");
  CHECK(
      nodes_error(R"({"name": "y", "op": "twice", "operands": ["x"], "results": [{"dtype": "f32", "shape": [3]}]})") ==
      "graph JSON: twice 'y': result 0 is written as f32[3], but the operands make it f32[2,3]");
  CHECK(nodes_error(R"({"name": "y", "op": "input", "results": [{"dtype": "f32", "shape": [9999999, 9999999]}]})") ==
        "graph JSON: input 'y': result 0: shape [9999999,9999999]: more than 1099511627776 elements");
  CHECK(
      nodes_error(R"({"name": "y", "op": "input", "results": [{"dtype": "f32", "shape": [18446744073709551615]}]})") ==
      "graph JSON: input 'y': result 0: an extent does not fit in 64 bits");
  CHECK(nodes_error(R"({"name": "y", "op": "input", "results": [{"dtype": "f99", "shape": []}]})") ==
        "graph JSON: input 'y': result 0: unknown element type 'f99': one of f32, f64, i32, bool, bf16 is needed");
  CHECK(nodes_error(node("y", "twice", "\"x\""), R"(, "outputs": [{"name": "o", "value": "q"}])") ==
        "graph JSON: outputs[0]: output 'o': there is no node 'q'");
  CHECK(nodes_error(node("y", "twice", "\"x\""), R"(, "updates": [{"variable": "x", "value": "y"}])") ==
        "graph JSON: updates[0]: update 'x': only a parameter or a state can be updated, this is the result of input");
}

TEST_CASE("errors of JSON attributes name the node and the attribute") {
  CHECK(attribute_error("3") == "no error");
  CHECK(attribute_error("3.5") ==
        "graph JSON: carry 'y': attribute 'a': a number outside {\"number\": ...} must be an integer, not 3.5");
  CHECK(attribute_error("null") == "graph JSON: carry 'y': attribute 'a': it must be an object, not null");
  CHECK(attribute_error(R"([1, "x"])") ==
        "graph JSON: carry 'y': attribute 'a': an item outside {\"numbers\": [...]} must be an integer, not \"x\"");
  CHECK(attribute_error(R"({"number": "many"})") ==
        "graph JSON: carry 'y': attribute 'a': 'number' must be a number, \"inf\", \"-inf\" or \"nan\"");
  CHECK(
      attribute_error(R"({"tensor": {"dtype": "f32", "shape": [2], "elements": [1, 2, 3]}})") ==
      "graph JSON: carry 'y': attribute 'a': 3 elements are given for a f32[2] tensor: 2, or one for all of them, are "
      "needed");
  CHECK(attribute_error(R"({"tensor": {"dtype": "f32", "shape": [1099511627776], "splat": 0.0}})") ==
        "graph JSON: carry 'y': attribute 'a': a f32[1099511627776] tensor of one repeated element is too large: the "
        "268435456 bytes for such tensors in one file are used up");
  CHECK(attribute_error(R"({"tensor": {"dtype": "i32", "shape": [1], "elements": [0.5]}})") ==
        "graph JSON: carry 'y': attribute 'a': '0.5' is not an element of type i32");
}

TEST_CASE("errors of a body name the node, the attribute and the body's node") {
  CHECK(attribute_error(R"({"graph": {"name": "b", "nodes": []}})") == "no error");
  CHECK(attribute_error(R"({"graph": {"name": "b"}})").find("carry 'y': attribute 'a': ") != std::string::npos);
  CHECK(attribute_error(R"({"graph": {"format": "weft-graph", "name": "b", "nodes": []}})").find("'format'") !=
        std::string::npos);
  const std::string nested =
      R"({"name": "x", "op": "input", "attributes": {"b": {"graph": {"name": "c", "nodes": []}}}, "results": []})";
  CHECK(attribute_error(R"({"graph": {"name": "b", "nodes": [)" + nested + "]}}") ==
        "graph JSON: carry 'y': attribute 'a': input 'x': attribute 'b': a graph within a graph's body: bodies nest "
        "once");
}

TEST_CASE("JSON cannot hold what is not UTF-8") {
  Graph graph("g");
  graph.input("caf\xe9", DType::f32, {});
  CHECK_THROWS_WITH_AS(to_json(graph), "\"caf\\xe9\" is not UTF-8: JSON cannot hold it; the text form can", Error);
}

TEST_CASE("a file is loaded by what it holds, not by its name") {
  const TemporaryFolder folder;
  const Graph graph = graph_of_all_kinds();
  write_file(folder / "graph.one", to_text(graph));
  write_file(folder / "graph.two", to_json(graph));
  CHECK(to_text(load_graph(folder / "graph.one", test_ops())) == to_text(graph));
  CHECK(to_text(load_graph(folder / "graph.two", test_ops())) == to_text(graph));
  write_file(folder / "bad", "graph g");
  CHECK_THROWS_WITH_AS(
      load_graph(folder / "bad", test_ops()),
      fmt::format("{}: line 1, column 7: expected the graph's name in quotes, found 'g'", (folder / "bad").string())
          .c_str(),
      Error);
}
