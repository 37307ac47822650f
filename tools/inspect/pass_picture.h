#pragma once

#include <cstddef>
#include <string>

#include "tools/inspect/pass_history.h"

namespace weft::inspect {

/// What passes do, as a picture in SVG: a square a node, a column a time step, the graph at one stage above the graph
/// at a later one. What is removed and what is new stands out, the rest is pale. The picture has its colours within,
/// light and dark as the reader's system has them.
std::string pass_picture(const PassHistory& history, std::size_t from, std::size_t to);

}  // namespace weft::inspect
