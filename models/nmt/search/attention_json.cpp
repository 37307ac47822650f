#include "models/nmt/search/attention_json.h"

#include <algorithm>
#include <cmath>

#include "graph/base/json_value.h"

namespace weft::nmt {

Json attention_rows(const Translation& translation) {
  Json rows = Json::list();
  if (translation.attention_weights.empty()) return rows;
  const std::size_t columns = translation.source_words.size();
  for (std::size_t row = 0; row < translation.target_words.size(); ++row) {
    Json weights = Json::list();
    for (std::size_t column = 0; column < columns; ++column) {
      const float weight = translation.attention_weights[row * columns + column];
      weights.push_back(std::round(std::clamp(static_cast<double>(weight), 0.0, 1.0) * 1000) / 1000);
    }
    rows.push_back(std::move(weights));
  }
  return rows;
}

}  // namespace weft::nmt
