#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace weft {

/// Finds nodes by their names. The names stay with the nodes, which every function is given: the table holds hashes
/// and ids alone, side by side, so that looking a name up reads little memory however large the graph is.
class NameTable {
 public:
  using Nodes = std::deque<Node>;

  /// The node of that name; a null id when there is none.
  NodeId find(std::string_view name, const Nodes& nodes) const;
  /// Enters a node under the name that it has. No other node of the table may have it.
  void insert(NodeId id, const Nodes& nodes);
  /// Takes a node out that is in the table under the name that it has.
  void erase(NodeId id, const Nodes& nodes);

 private:
  struct Entry {
    std::uint32_t hash = 0;
    NodeId id;  // null: free, or erased
    bool erased = false;
  };

  /// Where the name is; or else the free entry at which the search for it ends. The table has one.
  std::size_t place_of(std::string_view name, std::uint32_t hash, const Nodes& nodes) const;
  void grow();

  std::vector<Entry> entries_;  // a power of two of them, at most half of them taken
  std::size_t taken_ = 0;       // entries that are not free: erased ones, too
};

}  // namespace weft
