#include "tools/inspect/compare_report.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "backends/onednn/onednn_backend.h"
#include "backends/reference/reference_backend.h"
#include "backends/runtime/variables.h"
#include "graph/base/json_parse.h"
#include "tests/backends/check/wrong_backend.h"

using namespace weft;
using namespace weft::test;
using namespace weft::inspect;

namespace {

Comparison compared(const Backend& backend) {
  const Graph graph = two_layers();
  Variables variables(1);
  variables.initialise(graph);
  const TensorMap inputs{
      {"x", Tensor::of<float>({4, 3}, {.1F, .2F, .3F, .4F, .5F, .6F, .7F, .8F, .9F, 1, 1.1F, 1.2F})}};
  return compare_sides(graph, {&backend}, {&reference_backend(), false}, inputs, variables.snapshot(), 1e-4);
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a planted wrong kernel is reported by name, with what it was given and who is to blame") {
  const std::string text = comparison_text(compared(with_wrong_tanh), 3, 1e-4);
  CAPTURE(text);
  CHECK(has(text,
            "the first that parts is tanh 'layer/hidden' f32[4,5]: 1 of 20 elements are off; the worst, [3,4], is "));
  CHECK(has(text, "its kernel is wrong: on the same operands the reference kernel gives "));
  CHECK(has(text, "scope    'layer'"));
  CHECK(has(text, "operand  'layer/product': agrees"));
  CHECK(has(text, "wrong kernel"));
  const auto json = parse_json(comparison_json(compared(with_wrong_tanh), 3));
  CHECK(json["first"]["value"] == "tanh 'layer/hidden'");
  CHECK(json["first"]["note"] == "wrong kernel");
  CHECK(json["worst"].size() == 3);
}

TEST_CASE("where nothing parts there is nothing to report") {
  CHECK(has(comparison_text(compared(onednn_backend()), 3, 1e-4), "they agree within 0.0001"));
  CHECK(parse_json(comparison_json(compared(onednn_backend()), 3))["first"].is_null());
}
