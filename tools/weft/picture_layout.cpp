#include "tools/weft/picture_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "graph/leaf.h"
#include "tools/weft/scope_folding.h"

namespace weft::tool {
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

/// A column a step; the first "add" of every step stands in one row, the second in another.
PictureBlock step_by_step(const Draft& draft) {
  std::map<std::string, std::size_t, ByNumber> columns;
  for (const Place& place : draft.places) columns.emplace(place.step, 0);
  for (std::size_t next = 0; auto& [step, column] : columns) column = next++;
  std::map<std::tuple<std::string, std::string, std::string_view>, std::size_t> counts;
  std::map<std::tuple<std::string, std::string_view, std::size_t>, std::size_t> rows;
  PictureBlock block{draft.title, draft.cells, columns.size(), 0};
  for (std::size_t i = 0; i < block.cells.size(); ++i) {
    const Place& place = draft.places[i];
    const std::string_view op = block.cells[i].version->op->name;
    const std::size_t ordinal = counts[{place.step, place.below, op}]++;
    block.cells[i].column = columns.at(place.step);
    block.cells[i].row = rows.emplace(std::tuple(place.below, op, ordinal), rows.size()).first->second;
  }
  block.rows = rows.size();
  return block;
}

/// Nodes of one kind stand together, in columns of `height`.
PictureBlock kind_by_kind(const Draft& draft, std::size_t height) {
  PictureBlock block{draft.title, draft.cells, (draft.cells.size() + height - 1) / height,
                     std::min(draft.cells.size(), height)};
  std::ranges::stable_sort(block.cells, {}, [](const PictureCell& cell) {
    return std::pair(cell.version->op->family, cell.version->op->name);
  });
  for (std::size_t i = 0; i < block.cells.size(); ++i) {
    block.cells[i].column = i / height;
    block.cells[i].row = i % height;
  }
  return block;
}

/// The nodes that the stage or the one before it has, each once, by block; blocks in the order of the graph.
std::vector<Draft> drafts_of(const PassHistory& history, std::size_t stage, const ScopeFolding& folding) {
  std::map<NodeId, PictureCell> cells;
  std::vector<NodeId> order;
  for (const NodeVersion& version : history.versions) {
    const bool before = version.first < stage && stage <= version.last + 1;
    const bool after = version.first <= stage && stage <= version.last;
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

std::vector<PictureBlock> lay_out(const PassHistory& history, std::size_t stage) {
  std::set<std::string> scopes;
  for (const NodeVersion& version : history.versions) scopes.insert(version.scope);
  const ScopeFolding folding(scopes);
  const std::vector<Draft> drafts = drafts_of(history, stage, folding);
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

}  // namespace weft::tool
