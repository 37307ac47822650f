#include "tools/inspect/profile_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "graph/base/json_value.h"
#include "tools/inspect/roofline_picture.h"
#include "tools/inspect/table.h"

namespace weft::inspect {
namespace {

std::string rate_text(double amount, double seconds) {
  const double rate = 1e-9 * amount / seconds;
  if (amount == 0 || seconds == 0) return "";
  return rate < 10 ? fmt::format("{:.2g}", rate) : fmt::format("{:.0f}", rate);
}

}  // namespace

void ProfileReport::add(const Profiler& profiler) {
  for (const StepProfile& profile : profiler.steps()) {
    if (profile.calls == 0) continue;
    const ProgramStep& step = profile.step;
    const Node* node = step.node ? &profiler.program().graph().node(step.node) : nullptr;
    const std::string kind = fmt::format("{} ({})", step.op, step.implementation);
    const std::string name = node == nullptr ? fmt::format("copies into {}s", step.op) : node->name;
    Row& row = nodes_[{name, kind}];
    row.name = name;
    row.kind = kind;
    row.scope = node == nullptr ? "" : node->scope;
    row.calls += profile.calls;
    row.seconds += profile.seconds;
    row.flops += static_cast<double>(profile.calls) * step.flops;
    row.bytes += static_cast<double>(profile.calls) * step.bytes;
  }
}

void ProfileReport::set_runs(std::uint64_t runs, double seconds) {
  runs_ = runs;
  seconds_ = seconds;
}

std::vector<ProfileReport::Row> ProfileReport::sorted(std::vector<Row> rows) {
  std::ranges::stable_sort(rows, std::ranges::greater(), &Row::seconds);
  return rows;
}

std::vector<ProfileReport::Row> ProfileReport::nodes() const {
  std::vector<Row> rows;
  for (const auto& [key, row] : nodes_) rows.push_back(row);
  return sorted(std::move(rows));
}

std::vector<ProfileReport::Row> ProfileReport::kinds() const {
  std::map<std::string, Row> kinds;
  for (const auto& [key, row] : nodes_) {
    Row& kind = kinds[row.kind];
    kind.name = kind.kind = row.kind;
    kind.calls += row.calls;
    kind.seconds += row.seconds;
    kind.flops += row.flops;
    kind.bytes += row.bytes;
  }
  std::vector<Row> rows;
  for (const auto& [name, kind] : kinds) rows.push_back(kind);
  return sorted(std::move(rows));
}

double ProfileReport::kernel_seconds() const {
  double seconds = 0;
  for (const auto& [key, row] : nodes_) seconds += row.seconds;
  return seconds;
}

std::string ProfileReport::table_of(const std::vector<Row>& rows, std::size_t most, const std::string& title,
                                    const Roofline& roofline) const {
  const bool by_node = title == "node";
  const auto runs = static_cast<double>(runs_);
  const double all = kernel_seconds();
  Table table({title, by_node ? "kind" : "", "calls", "ms", "%", "GFLOP/s", "GB/s", "roofline"}, "llrrrrrr");
  const std::size_t shown = most == 0 ? rows.size() : std::min(most, rows.size());
  for (const Row& row : std::span(rows).first(shown))
    table.add({row.name, by_node ? row.kind : "", fmt::format("{:.4g}", static_cast<double>(row.calls) / runs),
               fmt::format("{:.3f}", 1000 * row.seconds / runs), fmt::format("{:.1f}", 100 * row.seconds / all),
               rate_text(row.flops, row.seconds), rate_text(row.bytes, row.seconds),
               row.seconds > 0
                   ? fmt::format("{:.0f} %", 100 * roofline.least_seconds(row.flops, row.bytes) / row.seconds)
                   : ""});
  std::string text = table.to_string();
  if (shown < rows.size()) text += fmt::format("... and {} more\n", rows.size() - shown);
  return text;
}

std::string ProfileReport::to_text(const Roofline& roofline, std::size_t most_nodes) const {
  const double kernels = kernel_seconds();
  std::string text = fmt::format(
      "{} runs, {:.3f} ms each, {:.1f} % of it in kernels\n"
      "the machine: {:.0f} GFLOP/s, {:.1f} GB/s\n\n",
      runs_, 1000 * seconds_ / static_cast<double>(runs_), 100 * kernels / seconds_, roofline.gflop_per_second,
      roofline.gigabytes_per_second);
  text += table_of(kinds(), 0, "kind", roofline) + "\n" + table_of(nodes(), most_nodes, "node", roofline);
  return text +
         "\nCalls and ms are those of one run. Roofline: how near a kernel comes to the machine's arithmetic or "
         "memory,\nwhichever binds it; more than 100 % when what it reads is still in a cache.\n";
}

std::string ProfileReport::to_json(const Roofline& roofline) const {
  const auto list = [&](const std::vector<Row>& rows, bool by_node) {
    Json list = Json::list();
    for (const Row& row : rows) {
      Json item;
      if (by_node) item = {{"node", row.name}, {"scope", row.scope}};
      item["kind"] = row.kind;
      item["calls"] = row.calls;
      item["seconds"] = row.seconds;
      item["flops"] = row.flops;
      item["bytes"] = row.bytes;
      item["roofline_share"] = row.seconds > 0 ? roofline.least_seconds(row.flops, row.bytes) / row.seconds : 0.0;
      list.push_back(std::move(item));
    }
    return list;
  };
  Json object{{"runs", runs_}, {"seconds", seconds_}, {"kernel_seconds", kernel_seconds()}};
  object["machine"] = {{"gflop_per_second", roofline.gflop_per_second},
                       {"gigabytes_per_second", roofline.gigabytes_per_second}};
  object["kinds"] = list(kinds(), false);
  object["nodes"] = list(nodes(), true);
  return object.dump(2) + "\n";
}

std::string ProfileReport::to_picture(const Roofline& roofline, std::string_view title) const {
  std::vector<RooflinePoint> points;
  for (const Row& kind : kinds())
    points.push_back({.name = kind.name, .seconds = kind.seconds, .flops = kind.flops, .bytes = kind.bytes});
  return roofline_picture(points, roofline, title);
}

}  // namespace weft::inspect
