#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace weft::inspect {

/// What a scope is split into at most: nobody nests deeper by hand, and a hostile file should not cost more.
constexpr std::size_t most_scope_parts = 16;

/// The parts of a scope: "decoder/step3" -> "decoder", "step3"; the last one of many has the rest.
std::vector<std::string_view> scope_parts(std::string_view scope);

/// Folds scopes that repeat with another number: "encoder/step0" to "encoder/step18" are "encoder/step*", 19 times. A
/// number that has no other beside it stays as it is.
class ScopeFolding {
 public:
  /// Of all scopes of a graph.
  explicit ScopeFolding(const Graph& graph);
  /// Of all scopes of several graphs.
  explicit ScopeFolding(const std::set<std::string>& scopes);

  /// The scope with a `*` for each number that repeats.
  std::string folded(std::string_view scope) const;
  /// How many different scopes have this folded form (or lie below it): 19 for "encoder/step*", 1 where nothing
  /// repeats.
  std::size_t copies(const std::string& folded) const;

 private:
  void add(std::string_view scope);

  /// By folded scope up to a number and the word before it ("encoder/step"): the numbers.
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> numbers_;
  std::map<std::string, std::set<std::string>> originals_;
};

}  // namespace weft::inspect
