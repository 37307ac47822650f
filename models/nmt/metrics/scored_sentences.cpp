#include "models/nmt/metrics/scored_sentences.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "graph/base/error.h"

namespace weft::nmt {

void check_scored_sentences(std::span<const std::string> hypotheses,
                            std::span<const std::vector<std::string>> references) {
  require(!hypotheses.empty(), "there are no sentences to score");
  require(hypotheses.size() == references.size(), "cannot score {} translations against the references of {} sentences",
          hypotheses.size(), references.size());
  for (std::size_t i = 0; i < references.size(); ++i) {
    require(!references[i].empty(), "sentence {} has no reference to score it against", i + 1);
  }
}

std::string reference_count(std::span<const std::vector<std::string>> references) {
  const std::size_t first = references.empty() ? 0 : references.front().size();
  const bool same = std::ranges::all_of(references, [&](const auto& each) { return each.size() == first; });
  return same ? fmt::format("{}", first) : "var";
}

}  // namespace weft::nmt
