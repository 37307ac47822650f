#include "tools/inspect/scope_folding.h"

#include <algorithm>

namespace weft::inspect {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Where the number at the part's end begins; its size when there is none, or nothing but one.
std::size_t number_begin(std::string_view part) {
  std::size_t begin = part.size();
  while (begin > 0 && is_digit(part[begin - 1])) --begin;
  return begin;
}

void append_part(std::string& scope, std::string_view part) {
  if (!scope.empty()) scope += '/';
  scope += part;
}

}  // namespace

std::vector<std::string_view> scope_parts(std::string_view scope) {
  std::vector<std::string_view> parts;
  while (!scope.empty()) {
    const bool is_last = parts.size() + 1 == most_scope_parts;
    const std::size_t size = is_last ? scope.size() : std::min(scope.find('/'), scope.size());
    parts.push_back(scope.substr(0, size));
    scope.remove_prefix(std::min(size + 1, scope.size()));
  }
  return parts;
}

ScopeFolding::ScopeFolding(const Graph& graph) {
  std::set<std::string> scopes;
  for (const NodeId id : graph.nodes()) scopes.insert(graph.node(id).scope);
  *this = ScopeFolding(scopes);
}

ScopeFolding::ScopeFolding(const std::set<std::string>& scopes) {
  for (const std::string& scope : scopes) add(scope);
  for (const std::string& scope : scopes) {
    std::string original;
    for (const std::string_view part : scope_parts(scope)) {
      append_part(original, part);
      originals_[folded(original)].insert(original);
    }
  }
}

/// Numbers of all parts, each under its stem with every number before it as `*`.
void ScopeFolding::add(std::string_view scope) {
  std::string stem;
  for (const std::string_view part : scope_parts(scope)) {
    const std::size_t begin = number_begin(part);
    append_part(stem, part.substr(0, begin));
    if (begin == part.size()) continue;
    numbers_[stem].emplace(part.substr(begin));
    stem += '*';
  }
}

std::string ScopeFolding::folded(std::string_view scope) const {
  std::string stem;
  std::string result;
  for (const std::string_view part : scope_parts(scope)) {
    const std::size_t begin = number_begin(part);
    append_part(stem, part.substr(0, begin));
    append_part(result, part.substr(0, begin));
    if (begin == part.size()) continue;
    const auto numbers = numbers_.find(stem);
    const bool repeats = numbers != numbers_.end() && numbers->second.size() > 1;
    result += repeats ? "*" : part.substr(begin);
    stem += '*';
  }
  return result;
}

std::size_t ScopeFolding::copies(const std::string& folded) const {
  const auto found = originals_.find(folded);
  return found == originals_.end() ? 1 : found->second.size();
}

}  // namespace weft::inspect
