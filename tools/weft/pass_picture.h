#pragma once

#include <cstddef>
#include <string>

#include "tools/weft/pass_history.h"

namespace weft::tool {

/// What a pass does, as a picture in SVG: a square a node, a column a time step, the graph before the pass above the
/// graph after it. What it removes and what it makes stands out, the rest is pale. `stage`: at least 1. The picture
/// has its colours within, light and dark as the reader's system has them.
std::string pass_picture(const PassHistory& history, std::size_t stage);

}  // namespace weft::tool
