#include "tools/inspect/compare_report.h"

#include <fmt/format.h>

#include <cmath>

#include "graph/base/json_value.h"
#include "tools/inspect/table.h"

namespace weft::inspect {
namespace {

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

}  // namespace

std::string comparison_text(const Comparison& comparison, std::size_t most, double tolerance) {
  std::string text =
      fmt::format("{} values: {} compared with the other side, {} made by passes with their kernels alone\n",
                  comparison.values.size(), comparison.matched(), comparison.values.size() - comparison.matched());
  if (const ComparedValue* first = comparison.first())
    text += fmt::format("the first that parts is {}\n", summary_of(*first));
  else
    text += fmt::format("they agree within {:g} of each value's largest element\n", tolerance);
  Table table({"value", "type", "off", "at", "is", "instead of", "absolute", "relative", ""}, "llrlrrrrl");
  for (const ComparedValue* value : comparison.worst(most)) {
    const Difference& difference = value->difference;
    table.add({value->to_string(), value->type.to_string(), std::to_string(difference.off),
               position_text(difference.worst, value->type.shape), number(difference.actual),
               number(difference.expected), fmt::format("{:.2e}", difference.distance),
               fmt::format("{:.2e}", difference.relative), note_of(*value)});
  }
  return text + (table.empty() ? "all of them are equal to the bit\n" : "\nthe worst:\n" + table.to_string());
}

std::string comparison_json(const Comparison& comparison, std::size_t most) {
  Json object{{"values", comparison.values.size()}, {"compared", comparison.matched()}};
  const ComparedValue* first = comparison.first();
  object["first"] = first == nullptr ? Json() : json_of(*first);
  object["worst"] = Json::list();
  for (const ComparedValue* value : comparison.worst(most)) object["worst"].push_back(json_of(*value));
  return object.dump(2) + "\n";
}

}  // namespace weft::inspect
