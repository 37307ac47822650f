#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/inspect/pass_history.h"

namespace weft::inspect {

/// A node's square in the picture of a pass.
struct PictureCell {
  const NodeVersion* version = nullptr;
  bool before = false;  ///< whether the earlier stage has the node
  bool after = false;
  std::size_t column = 0;
  std::size_t row = 0;
};

/// The nodes of one scope. Of one that repeats: a column a step and a row for what the steps have in common, and behind
/// them what few steps have. Of any other: as many columns as it takes.
struct PictureBlock {
  std::string title;  ///< "encoder/step* x 19"
  std::vector<PictureCell> cells;
  std::size_t columns = 0;
  std::size_t rows = 0;
};

/// Where the nodes of two stages stand, those of scopes that repeat first; leaves are left out. A node that is in both
/// stands at one place.
std::vector<PictureBlock> lay_out(const PassHistory& history, std::size_t from, std::size_t to);

}  // namespace weft::inspect
