#include "graph/io/text.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "graph/verifier.h"
#include "tests/graph/test_ops.h"
#include "tests/message_of.h"

using namespace weft;
using namespace weft::test;

namespace {

Graph parse(std::string_view text) { return parse_text(text, test_ops()); }

/// The message of the error that parsing the text gives.
std::string parse_error(std::string_view text) {
  return message_of([&] { parse(text); });
}

/// The error of a statement on line 3, behind an input %x : f32[2,3].
std::string statement_error(std::string_view statement) {
  return parse_error(fmt::format("graph \"g\" {{\n  %x = input() : f32[2,3]\n  {}\n}}\n", statement));
}

}  // namespace

TEST_CASE("the text of a small graph") {
  Graph graph("small");
  const Value x = graph.input("x", DType::f32, {2, 3});
  const Value kernel = graph.parameter("encoder/kernel", {2, 3}, Initializer::uniform(-0.5, 1));
  const Value total = graph.state("total", {DType::f32, {2, 3}});
  Value y;
  {
    const Graph::Scope scope = graph.scope("encoder");
    y = graph.add1(join, {x, kernel, graph.constant(Tensor::full({DType::f32, {2, 3}}, 0.25))}, {}, "joined");
  }
  const std::vector<Value> parts = graph.add(parted, std::span(&y, 1), {{"axis", std::int64_t{1}}, {"rate", 1.0}});
  graph.add1(carry, {parts[1]}, {}, "odd name");
  graph.output("loss", parts[1]);
  graph.update(total, parts[0]);
  CHECK(to_text(graph) == R"(graph "small" {
  %x = input() : f32[2,3]
  %encoder/kernel = parameter() {initializer = "uniform", initializer_arguments = [-0.5, 1.0]} @"" : f32[2,3]
  %total = state() {initializer = "zeros"} : f32[2,3]
  %encoder/constant = constant() {value = f32[2,3] {0.25}} : f32[2,3]
  %encoder/joined = join(%x, %encoder/kernel, %encoder/constant) : f32[2,3]
  %split:0, %split:1 = split(%encoder/joined) {axis = 1, rate = 1.0} : f32[2,3], i32[2,3]
  %"odd name" = carry(%split:1) : i32[2,3]
  output "loss" = %split:1
  update %total = %split
}
)");
}

TEST_CASE("every kind of node, attribute, element and name survives the text") {
  const Graph graph = graph_of_all_kinds();
  const std::string text = to_text(graph);
  const Graph parsed = parse(text);
  CHECK(to_text(parsed) == text);
  CHECK_NOTHROW(verify(parsed));
  REQUIRE(parsed.node_count() == graph.node_count());
  for (const NodeId id : graph.nodes()) {
    const Node& node = graph.node(id);
    CAPTURE(node.name);
    REQUIRE(parsed.find(node.name));
    const Node& again = parsed.node(parsed.find(node.name));
    CHECK(again.op == node.op);
    CHECK(again.scope == node.scope);
    CHECK(again.attributes == node.attributes);
    REQUIRE(again.operands.size() == node.operands.size());
    for (std::size_t i = 0; i < node.operands.size(); ++i)
      CHECK(parsed.value_name(again.operands[i]) == graph.value_name(node.operands[i]));
  }
  CHECK(parsed.outputs().size() == graph.outputs().size());
  CHECK(parsed.updates().size() == graph.updates().size());
}

TEST_CASE("names that are not UTF-8 survive the text") {
  Graph graph("\xff");
  graph.input("caf\xe9", DType::f32, {});
  const std::string text = to_text(graph);
  CHECK(text == "graph \"\\xff\" {\n  %\"caf\\xe9\" = input() : f32[]\n}\n");
  CHECK(to_text(parse(text)) == text);
}

TEST_CASE("nodes that were made out of order print in an order of execution") {
  Graph graph("g");
  const Value x = graph.input("x", DType::f32, {2});
  const Value y = graph.add1(twice, {x}, {}, "y");
  const Value z = graph.add1(twice, {x}, {}, "z");
  graph.set_operand(y.producer(), 0, z.id());
  const std::string text = to_text(graph);
  CHECK(text.find("%z =") < text.find("%y ="));
  CHECK(to_text(parse(text)) == text);
}

TEST_CASE("the text may be laid out freely, with comments") {
  const Graph graph = parse(
      "# first\ngraph\"g\"{%x=input():f32[2, 3]// an input\n%y = twice ( %x ) { } : f32 [2,3]\n"
      "%t = carry(%y){a=[ ],b=numbers[ ],c=f32[2]{1,2.5},d=\"#\"} @\"elsewhere\":f32[2,3]}\n# end");
  CHECK(to_text(graph) == R"(graph "g" {
  %x = input() : f32[2,3]
  %y = twice(%x) : f32[2,3]
  %t = carry(%y) {a = [], b = numbers[], c = f32[2] {1.0, 2.5}, d = "#"} @"elsewhere" : f32[2,3]
}
)");
}

TEST_CASE("a body stands within its node, further in") {
  const std::string text = R"(graph "g" {
  %x = input() : f32[2,3]
  %y = carry(%x) {body = graph "body" {
      %a = input() : f32[2,3]
      %b = twice(%a) : f32[2,3]
      output "b" = %b
    }, rate = 1.0} : f32[2,3]
}
)";
  CHECK(to_text(parse(text)) == text);
  CHECK(statement_error("%y = carry(%x) {a = graph \"b\" {\n%a = twice(%x) : f32[2,3]\n}} : f32[2,3]") ==
        "line 4, column 12: no node 'x' stands above; a node follows its operands");
  CHECK(statement_error("%y = carry(%x) {a = graph \"b\" { %c = input() {b = graph \"c\" {}} : f32[]}} : f32[2,3]") ==
        "line 3, column 53: a graph within a graph's body: bodies nest once");
}

TEST_CASE("errors of syntax say where, what was found and what is needed") {
  CHECK(parse_error("") == "line 1, column 1: expected 'graph', found the end of the text");
  CHECK(parse_error("digraph g {}") == "line 1, column 1: expected 'graph', found 'digraph'");
  CHECK(parse_error("graph g {}") == "line 1, column 7: expected the graph's name in quotes, found 'g'");
  CHECK(parse_error("graph \"g\" {") ==
        "line 1, column 12: expected a node ('%name = ...'), 'output', 'update' or '}', found the end of the text");
  CHECK(parse_error("graph \"g\" {} x") == "line 1, column 14: expected the end of the text, found 'x'");
  CHECK(parse_error("graph \"g") == "line 1, column 7: the string does not end in its line");
  CHECK(parse_error("graph \"\\q\" {}") ==
        R"(line 1, column 8: an unknown escape: one of \n \t \r \" \\ \xNN is needed)");
  CHECK(statement_error("x = twice(%x) : f32[2,3]") ==
        "line 3, column 3: expected a node ('%name = ...'), 'output', 'update' or '}', found 'x'");
  CHECK(statement_error("%y = twice %x : f32[2,3]") == "line 3, column 14: expected '(', found '%'");
  CHECK(statement_error("%y = twice(%x, ) : f32[2,3]") == "line 3, column 18: expected '%', found ')'");
  CHECK(statement_error("% y = twice(%x) : f32[2,3]") ==
        "line 3, column 5: expected a name right behind the '%', found 'y'");
  CHECK(statement_error("%y = twice(%x) f32[2,3]") == "line 3, column 18: expected ':', found 'f32'");
  CHECK(statement_error("%y = carry(%x) {a 3} : f32[2,3]") == "line 3, column 21: expected '=', found '3'");
  CHECK(statement_error("%y = twice(%x) : \xc3\xa9") ==
        "line 3, column 20: expected a type like f32[2,3], found '\\xc3'");
}

TEST_CASE("errors of meaning say where, with both sides") {
  CHECK(statement_error("%y = twise(%x) : f32[2,3]") ==
        "line 3, column 8: there is no op 'twise'; did you mean 'twice'?");
  CHECK(statement_error("%y = unheard_of(%x) : f32[2,3]") == "line 3, column 8: there is no op 'unheard_of'");
  CHECK(statement_error("%y = twice(%z) : f32[2,3]") ==
        "line 3, column 14: no node 'z' stands above; a node follows its operands");
  CHECK(statement_error("%y = twice(%x:1) : f32[2,3]") == "line 3, column 14: 'x' has 1 result, there is no :1");
  CHECK(statement_error("%y = twice(%x) : f32[2,4]") ==
        "line 3, column 3: twice 'y': result 0 is written as f32[2,4], but the operands make it f32[2,3]");
  CHECK(statement_error("%y:0, %y:1 = twice(%x) : f32[2,3], f32[2,3]") ==
        "line 3, column 3: twice 'y': 2 results are written, the op has 1");
  CHECK(statement_error("%y:0, %y:1 = split(%x) : f32[2,3]") ==
        "line 3, column 3: split \"y\": 2 results are named, 1 types are given");
  CHECK(statement_error("%y:0, %z:1 = split(%x) : f32[2,3], i32[2,3]") ==
        "line 3, column 9: the results of one node are named %y:0, %y:1, and so on");
  CHECK(statement_error("%x = twice(%x) : f32[2,3]") == "line 3, column 3: twice 'x': the name is in use in graph 'g'");
  CHECK(statement_error("%y = twice() : f32[2,3]") == "line 3, column 3: twice 'y': 0 operands are given, 1 needed");
  CHECK(statement_error("%y = input(%x) : f32[2,3]") ==
        "line 3, column 3: input 'y': a leaf has no operands, 1 are given");
  CHECK(statement_error("%y = constant() : f32[2,3]") ==
        "line 3, column 3: constant 'y': the attribute 'value' is missing");
  CHECK(statement_error("%y = constant() {value = f32[2] {1.0}} : f32[3]") ==
        "line 3, column 3: constant 'y': the type is f32[3], but the tensor f32[2]");
  CHECK(statement_error("%y = parameter() {initializer = \"zeros\"} : i32[3]") ==
        "line 3, column 3: parameter 'y': a i32 cannot be trained; use a state");
  CHECK(statement_error("%y = state() {initializer = \"uniform\"} : f32[3]") ==
        "line 3, column 3: state 'y': the initializer 'uniform' takes 2 numbers, 0 are given");
  CHECK(statement_error("%y = carry(%x) {a = 1, a = 2} : f32[2,3]") ==
        "line 3, column 26: the attribute 'a' is given twice");
  CHECK(statement_error("output \"y\" = %x output \"y\" = %x") ==
        "line 3, column 19: output 'y': the name is in use in graph 'g'");
  CHECK(statement_error("update %x = %x") ==
        "line 3, column 3: update 'x': only a parameter or a state can be updated, this is the result of input");
}

TEST_CASE("errors of values") {
  const auto attribute_error = [](std::string_view text) {
    return statement_error(fmt::format("%y = carry(%x) {{a = {}}} : f32[2,3]", text));
  };
  CHECK(attribute_error("yes") ==
        "line 3, column 23: 'yes' is no number (or out of range), true, false, string, list or tensor");
  CHECK(attribute_error("1e999") ==
        "line 3, column 23: '1e999' is no number (or out of range), true, false, string, list or tensor");
  CHECK(attribute_error("9223372036854775808") == "line 3, column 23: '9223372036854775808' does not fit in 64 bits");
  CHECK(attribute_error("[1, 2.0]") == "line 3, column 27: a list holds integers (1) or numbers (1.0), not both");
  CHECK(attribute_error("f32[2] {1.0, 2.0, 3.0}") ==
        "line 3, column 23: 3 elements are given for a f32[2] tensor: 2, or one for all of them, are needed");
  CHECK(attribute_error("i32[1] {2147483648}") == "line 3, column 23: '2147483648' is not an element of type i32");
  CHECK(attribute_error("bool[1] {1}") == "line 3, column 23: '1' is not an element of type bool");
  CHECK(attribute_error("f16[1] {1}") ==
        "line 3, column 23: unknown element type 'f16': one of f32, f64, i32, bool, bf16 is needed");
  CHECK(attribute_error("nan(0x7f800000)") ==
        "line 3, column 23: 'nan(0x7f800000)' is no number (or out of range), true, false, string, list or tensor");
}

TEST_CASE("a text cannot claim more than it holds") {
  CHECK(statement_error("%c = constant() {value = f32[1099511627776] {0.0}} : f32[1099511627776]") ==
        "line 3, column 28: a f32[1099511627776] tensor of one repeated element is too large: the 268435456 bytes for "
        "such tensors in one file are used up");
  CHECK(statement_error("%c = carry(%x) {a = f32[60000000] {0.0}, b = f32[60000000] {0.0}} : f32[2,3]") ==
        "line 3, column 48: a f32[60000000] tensor of one repeated element is too large: the 268435456 bytes for such "
        "tensors in one file are used up");
  CHECK(statement_error("%y = input() : f32[1099511627776,2]") ==
        "line 3, column 18: shape [1099511627776,2]: more than 1099511627776 elements");
  CHECK(statement_error("%y = input() : f32[1,1,1,1,1,1,1,1,1]") ==
        "line 3, column 18: a shape of more than 8 extents");
  CHECK(statement_error("%y = input() : f32[0]") ==
        "line 3, column 18: shape [0]: every extent must be at least 1, not 0");
}

TEST_CASE("very long input is refused or read in time") {
  const std::string many(1'000'000, '(');
  CHECK(parse_error(many) == "line 1, column 1: expected 'graph', found '('");
  CHECK_NOTHROW(parse_error("graph \"g\" {\n" + std::string(1'000'000, '\n') + "%"));
  CHECK(statement_error(std::string(100'000, 'x')).size() < 300);
  std::string text = "graph \"g\" {\n%x = input() : f32[]\n";
  for (int i = 0; i < 50'000; ++i) text += fmt::format("output \"{}\" = %x\n", i);
  CHECK(parse(text + "}").outputs().size() == 50'000);
  std::string attributes = "%y = carry(%x) {a = 1";
  for (int i = 0; i < 300; ++i) attributes += fmt::format(", a{} = 1", i);
  CHECK(statement_error(attributes).ends_with("a node of more than 256 attributes"));
}
