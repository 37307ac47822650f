#include "backends/compare.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "graph/quote.h"
#include "tools/common/table.h"
#include "tools/weft/backend_option.h"
#include "tools/weft/commands.h"
#include "tools/weft/compilation.h"
#include "tools/weft/data_options.h"
#include "tools/weft/graph_source.h"
#include "tools/weft/memory_limit.h"
#include "tools/weft/output.h"

namespace weft::tool {
namespace {

using Json = nlohmann::ordered_json;

struct CompareOptions {
  GraphSource source;
  DataOptions data;
  std::string backend = "onednn";
  std::string against = "oracle";
  std::vector<std::string> disabled_passes;
  std::string precision = "f32";
  double tolerance = 1e-4;
  std::size_t worst = 10;
  bool json = false;
};

CompareSide checked_side(const CompareOptions& options) {
  CompareSide side{&backend_named(options.backend)};
  side.disabled_passes = options.disabled_passes;
  if (options.precision != "f32") side.extra_passes = {options.precision + "-weights"};
  return side;
}

CompareSide other_side(const CompareOptions& options) {
  if (options.against == "oracle") return {&reference_backend(), false};
  return {&backend_named(options.against)};
}

std::string number(double x) { return fmt::format("{:.6g}", x); }

const char* text_of(ComparedValue::Operand::State state) {
  using State = ComparedValue::Operand::State;
  switch (state) {
    case State::leaf:
      return "a leaf";
    case State::agrees:
      return "agrees";
    case State::parts:
      return "parts";
    case State::unknown:
      return "made by a pass: the other side has none";
  }
  return "";
}

/// What is to blame, in words.
std::string verdict_of(const ComparedValue& value) {
  if (value.kernel_is_wrong())
    return fmt::format("its kernel is wrong: on the same operands the reference kernel gives {} at {}",
                       number(value.alone->expected), position_text(value.alone->worst, value.type.shape));
  if (value.alone) return "its kernel is right on these operands: a pass, or what it was given, is wrong";
  return "";
}

/// A value in a word or two, for the table.
std::string note_of(const ComparedValue& value) {
  if (value.kernel_is_wrong()) return "wrong kernel";
  if (value.excused) return "amplified rounding";
  return value.matched ? "" : "against the reference kernel";
}

std::string summary_of(const ComparedValue& value) {
  const Difference& difference = value.difference;
  std::string text = fmt::format("{} {}: {} of {} elements are off; the worst, {}, is {} instead of {}",
                                 value.to_string(), value.type.to_string(), difference.off, difference.elements,
                                 position_text(difference.worst, value.type.shape), number(difference.actual),
                                 number(difference.expected));
  if (const std::string verdict = verdict_of(value); !verdict.empty()) text += "\n  " + verdict;
  if (!value.scope.empty()) text += fmt::format("\n  scope    '{}'", value.scope);
  for (const ComparedValue::Operand& operand : value.operands)
    text += fmt::format("\n  operand  '{}': {}", operand.name, text_of(operand.state));
  return text;
}

std::string as_text(const Comparison& comparison, const CompareOptions& options) {
  std::string text =
      fmt::format("{} values: {} compared with the other side, {} made by passes with their kernels alone\n",
                  comparison.values.size(), comparison.matched(), comparison.values.size() - comparison.matched());
  if (const ComparedValue* first = comparison.first())
    text += fmt::format("the first that parts is {}\n", summary_of(*first));
  else
    text += fmt::format("they agree within {:g} of each value's largest element\n", options.tolerance);
  Table table({"value", "type", "off", "at", "is", "instead of", "absolute", "relative", ""}, "llrlrrrrl");
  for (const ComparedValue* value : comparison.worst(options.worst)) {
    const Difference& difference = value->difference;
    table.add({value->to_string(), value->type.to_string(), std::to_string(difference.off),
               position_text(difference.worst, value->type.shape), number(difference.actual),
               number(difference.expected), fmt::format("{:.2e}", difference.distance),
               fmt::format("{:.2e}", difference.relative), note_of(*value)});
  }
  return text + (table.empty() ? "all of them are equal to the bit\n" : "\nthe worst:\n" + table.to_string());
}

Json json_of(const ComparedValue& value) {
  const Difference& difference = value.difference;
  // What is no number is text: JSON has none.
  const auto number_of = [](double x) { return std::isfinite(x) ? Json(x) : Json(fmt::format("{}", x)); };
  return {{"value", value.to_string()},
          {"scope", value.scope},
          {"type", value.type.to_string()},
          {"elements", difference.elements},
          {"off", difference.off},
          {"at", position_text(difference.worst, value.type.shape)},
          {"is", number_of(difference.actual)},
          {"instead_of", number_of(difference.expected)},
          {"absolute", number_of(difference.distance)},
          {"relative", number_of(difference.relative)},
          {"note", note_of(value)}};
}

std::string as_json(const Comparison& comparison, const CompareOptions& options) {
  Json object{{"values", comparison.values.size()}, {"compared", comparison.matched()}};
  const ComparedValue* first = comparison.first();
  object["first"] = first == nullptr ? Json() : json_of(*first);
  object["worst"] = Json::array();
  for (const ComparedValue* value : comparison.worst(options.worst)) object["worst"].push_back(json_of(*value));
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void compare(const CompareOptions& options) {
  const Graph graph = load_source(options.source);
  require_memory_for_all_values(graph);
  const TensorMap inputs = inputs_for(graph, options.data);
  const TensorMap variables = variables_for(graph, options.data)->snapshot();
  const Comparison comparison =
      compare_sides(graph, checked_side(options), other_side(options), inputs, variables, options.tolerance);
  write_output("", options.json ? as_json(comparison, options) : as_text(comparison, options));
  if (const ComparedValue* first = comparison.first())
    fail("{} and {} part at {} by {:.3g}, allowed is {:.3g}", options.backend, options.against, first->to_string(),
         first->difference.distance, first->difference.allowed);
}

}  // namespace

void add_compare(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("compare", "Run a graph in two ways, and find the first node where they part");
  const auto options = std::make_shared<CompareOptions>();
  add_graph_source(*command, options->source);
  add_data_options(*command, options->data);
  add_backend_option(*command, options->backend);
  command
      ->add_option(
          "--against", options->against,
          "oracle: the graph as declared, node by node in float64, without passes. Or a backend, with all passes")
      ->check(CLI::IsMember({"oracle", "onednn", "reference"}))
      ->capture_default_str();
  add_disabled_passes_option(*command, options->disabled_passes);
  command->add_option("--precision", options->precision, "Weights of the checked side: f32, bf16 or int8")
      ->check(CLI::IsMember({"f32", "bf16", "int8"}))
      ->capture_default_str();
  command
      ->add_option("--tolerance", options->tolerance,
                   "How far an element may be off, as a part of its value's largest one (or of 0.001)")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--worst", options->worst, "How many values to list")->capture_default_str();
  command->add_flag("--json", options->json, "Print a JSON object");
  command->footer(
      "Examples:\n"
      "  weft compare graph.json --random-inputs 1                      the oneDNN backend against the oracle\n"
      "  weft compare graph.json --inputs in.safetensors --against reference\n"
      "  weft compare graph.json --inputs in.safetensors --disable-pass factor-sums --against onednn\n"
      "  weft compare forward.json --inputs in.safetensors --precision int8 --against onednn --tolerance 0.05\n\n"
      "--backend, --disable-pass and --precision are those of the side that is checked. Compared is every value of "
      "the\n"
      "graph that both sides compute (passes put others in their place), each right after its kernel; then the "
      "outputs\n"
      "and the updated variables. The exit status is 1 when they part.");
  command->callback([options] { compare(*options); });
}

}  // namespace weft::tool
