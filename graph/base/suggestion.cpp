#include "graph/base/suggestion.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "graph/base/joined.h"

namespace weft {
namespace {

/// Levenshtein's distance: the fewest letters inserted, removed or replaced that make `a` of `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string_view> similar_names(std::string_view unknown, std::span<const std::string_view> known) {
  constexpr std::size_t longest = 64;
  constexpr std::size_t most = 3;
  if (unknown.size() > longest) return {};
  const std::size_t furthest = std::max<std::size_t>(1, unknown.size() / 3);
  std::vector<std::pair<std::size_t, std::string_view>> near;
  for (const std::string_view name : known) {
    const std::size_t distance = edit_distance(unknown, name);
    if (distance <= furthest) near.emplace_back(distance, name);
  }
  std::ranges::sort(near);
  near.resize(std::min(near.size(), most));
  std::vector<std::string_view> names;
  for (const auto& [distance, name] : near) names.push_back(name);
  return names;
}

std::string suggestion(std::string_view unknown, std::span<const std::string_view> known) {
  std::vector<std::string> quoted;
  for (const std::string_view name : similar_names(unknown, known)) quoted.push_back(fmt::format("'{}'", name));
  return quoted.empty() ? "" : fmt::format("; did you mean {}?", joined(quoted, " or "));
}

}  // namespace weft
