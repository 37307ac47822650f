#include "models/nmt/scored_sentences.h"

#include <cstddef>

#include "graph/error.h"

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

}  // namespace weft::nmt
