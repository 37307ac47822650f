#include "graph/io/dot.h"

#include <doctest/doctest.h>

#include "tests/graph/test_ops.h"

using namespace weft;
using namespace weft::test;

TEST_CASE("the drawing of a small graph") {
  Graph graph("small \"one\"");
  const Value x = graph.input("x", DType::f32, {2});
  const Value total = graph.state("total", {DType::f32, {2}});
  std::vector<Value> parts;
  {
    const Graph::Scope decoder = graph.scope("decoder");
    const Graph::Scope step = graph.scope("step0");
    parts = graph.add(parted, std::span(&x, 1), {}, "back\\slash");
  }
  {
    const Graph::Scope decoder = graph.scope("decoder");
    const Graph::Scope step = graph.scope("step1");
    graph.add1(twice, {parts[0]});
  }
  graph.output("y", parts[1]);
  graph.update(total, parts[0]);
  CHECK(to_dot(graph) == R"(digraph "small \"one\"" {
  node [shape=box, style="filled,rounded", fontname=Helvetica, fontsize=11];
  edge [fontname=Helvetica, fontsize=9, color="#666666", fontcolor="#666666"];
  n0 [label="x\ninput", fillcolor="#b7e1c0", tooltip="x"];
  n1 [label="total\nstate", fillcolor="#d9c8ee", tooltip="total"];
  subgraph cluster_0 {
  label="decoder"; style=rounded; color="#999999"; fontname=Helvetica;
  subgraph cluster_1 {
  label="step0"; style=rounded; color="#999999"; fontname=Helvetica;
  n2 [label="back\\slash\nsplit", fillcolor="#ffffff", tooltip="decoder/step0/back\\slash"];
  }
  subgraph cluster_2 {
  label="step1"; style=rounded; color="#999999"; fontname=Helvetica;
  n3 [label="twice", fillcolor="#ffffff", tooltip="decoder/step1/twice"];
  }
  }
  n0 -> n2 [label="f32[2]"];
  n2 -> n3 [label="f32[2]"];
  output0 [label="y", shape=ellipse, style=bold];
  n2 -> output0 [label=":1 i32[2]"];
  n2 -> n1 [style=dashed, constraint=false, label=update];
}
)");
}

TEST_CASE("frames are balanced and the drawing is the same each time") {
  const std::string dot = to_dot(graph_of_all_kinds());
  CHECK(std::count(dot.begin(), dot.end(), '{') == std::count(dot.begin(), dot.end(), '}'));
  CHECK(dot == to_dot(graph_of_all_kinds()));
  CHECK(dot.find("#fbd3a4") != std::string::npos);
  CHECK(dot.find("#dddddd") != std::string::npos);
}
