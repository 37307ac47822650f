#include "tools/inspect/picture_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "graph/leaf.h"
#include "tools/inspect/scope_folding.h"

namespace weft::inspect {
namespace {

/// A scope up to the first part that repeats ("decoder/step3", "decoder/step*"), and what lies below.
struct Place {
  std::string block;
  std::string step;  ///< empty where nothing repeats
  std::string below;
};

Place place_of(const std::string& scope, const ScopeFolding& folding) {
  std::string path;
  for (const std::string_view part : scope_parts(scope)) {
    path += (path.empty() ? "" : "/") + std::string(part);
    const std::string folded = folding.folded(path);
    if (folding.copies(folded) > 1) return {folded, path, scope.substr(path.size())};
  }
  const std::string_view top = std::string_view(scope).substr(0, scope.find('/'));
  return {std::string(top), "", ""};
}

/// The scopes of one block's steps, in the order of their numbers: shorter ones first.
struct ByNumber {
  bool operator()(const std::string& a, const std::string& b) const {
    return std::pair(a.size(), std::string_view(a)) < std::pair(b.size(), std::string_view(b));
  }
};

/// The nodes of one block, before they have their places.
struct Draft {
  std::string title;
  std::vector<PictureCell> cells;
  std::vector<Place> places;
};

using CellList = std::vector<PictureCell*>;

/// Puts nodes of one kind together, in columns of `height` from `first_column` on. Returns the column behind the last.
std::size_t stack_up(CellList cells, std::size_t first_column, std::size_t height) {
  std::ranges::stable_sort(
      cells, {}, [](const PictureCell* cell) { return std::pair(cell->version->op->family, cell->version->op->name); });
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i]->column = first_column + i / height;
    cells[i]->row = i % height;
  }
  return first_column + (cells.size() + height - 1) / height;
}

/// What a row of a block of steps holds: below each step the first "add", or the second, and so on.
using RowKey = std::tuple<std::string, std::string_view, std::size_t>;

/// A column a step and a row for what at least half of the steps have in common; what few have (the product of all
/// steps, say) is stacked up behind them.
PictureBlock step_by_step(const Draft& draft) {
  PictureBlock block{draft.title, draft.cells, 0, 0};
  std::map<std::string, std::size_t, ByNumber> columns;
  std::map<std::tuple<std::string, std::string, std::string_view>, std::size_t> counts;
  std::vector<RowKey> keys;
  std::map<RowKey, std::size_t> steps_of_row;
  for (std::size_t i = 0; i < block.cells.size(); ++i) {
    const Place& place = draft.places[i];
    const std::string_view op = block.cells[i].version->op->name;
    columns.emplace(place.step, 0);
    keys.emplace_back(place.below, op, counts[{place.step, place.below, op}]++);
    ++steps_of_row[keys.back()];
  }
  for (std::size_t next = 0; auto& [step, column] : columns) column = next++;
  std::map<RowKey, std::size_t> rows;
  CellList few;
  for (std::size_t i = 0; i < block.cells.size(); ++i) {
    if (2 * steps_of_row.at(keys[i]) < columns.size()) {
      few.push_back(&block.cells[i]);
      continue;
    }
    block.cells[i].column = columns.at(draft.places[i].step);
    block.cells[i].row = rows.emplace(keys[i], rows.size()).first->second;
  }
  block.rows = std::max<std::size_t>(rows.size(), 12);
  block.columns = stack_up(few, columns.size() + 1, block.rows);
  return block;
}

PictureBlock kind_by_kind(const Draft& draft, std::size_t height) {
  PictureBlock block{draft.title, draft.cells, 0, std::min(draft.cells.size(), height)};
  CellList cells;
  for (PictureCell& cell : block.cells) cells.push_back(&cell);
  block.columns = stack_up(cells, 0, height);
  return block;
}

bool is_alive(const NodeVersion& version, std::size_t stage) { return version.first <= stage && stage <= version.last; }

/// The nodes that one of two stages has, each once, by block; blocks in the order of the graph.
std::vector<Draft> drafts_of(const PassHistory& history, std::size_t from, std::size_t to,
                             const ScopeFolding& folding) {
  std::map<NodeId, PictureCell> cells;
  std::vector<NodeId> order;
  for (const NodeVersion& version : history.versions) {
    const bool before = is_alive(version, from);
    const bool after = is_alive(version, to);
    if ((!before && !after) || is_leaf(*version.op)) continue;
    PictureCell& cell = cells[version.node];
    if (cell.version == nullptr) order.push_back(version.node);
    cell.version = &version;
    cell.before |= before;
    cell.after |= after;
  }
  std::map<std::string, std::size_t> index;
  std::vector<Draft> drafts;
  for (const NodeId id : order) {
    const PictureCell& cell = cells.at(id);
    const Place place = place_of(cell.version->scope, folding);
    const auto [entry, is_new] = index.emplace((place.step.empty() ? "" : "/") + place.block, drafts.size());
    if (is_new) {
      const std::size_t copies = place.step.empty() ? 1 : folding.copies(place.block);
      const std::string name = place.block.empty() ? "(top)" : place.block;
      drafts.push_back({copies > 1 ? fmt::format("{} \u00d7 {}", name, copies) : name, {}, {}});
    }
    drafts[entry->second].cells.push_back(cell);
    drafts[entry->second].places.push_back(place);
  }
  return drafts;
}

}  // namespace

std::vector<PictureBlock> lay_out(const PassHistory& history, std::size_t from, std::size_t to) {
  std::set<std::string> scopes;
  for (const NodeVersion& version : history.versions) scopes.insert(version.scope);
  const ScopeFolding folding(scopes);
  const std::vector<Draft> drafts = drafts_of(history, from, to, folding);
  std::vector<PictureBlock> blocks;
  std::size_t height = 12;
  for (const Draft& draft : drafts) {
    if (draft.places[0].step.empty()) continue;
    blocks.push_back(step_by_step(draft));
    height = std::max(height, blocks.back().rows);
  }
  for (const Draft& draft : drafts)
    if (draft.places[0].step.empty()) blocks.push_back(kind_by_kind(draft, height));
  return blocks;
}

}  // namespace weft::inspect
