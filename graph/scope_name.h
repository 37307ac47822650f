#pragma once

#include <string_view>

namespace weft {

/// The scope that a node of that name has unless it is written otherwise: "decoder/step3" of "decoder/step3/gru".
inline std::string_view usual_scope(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
}

}  // namespace weft
