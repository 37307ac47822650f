#include "graph/base/counted.h"

namespace weft {

std::string counted(std::uint64_t count, std::string_view one, std::string_view several) {
  std::string text = std::to_string(count) + ' ';
  if (count == 1 || several.empty()) text += one;
  if (count != 1) text += several.empty() ? "s" : several;
  return text;
}

}  // namespace weft
