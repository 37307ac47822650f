#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.h"

namespace weft {

/// Plans which nodes of a graph are to become one, without changing the graph: keeps the dependences as they will be,
/// and an order of execution that suits them, up to date from contraction to contraction.
class Contraction {
 public:
  /// A topological sort, and nothing contracted yet. The graph must outlive it, unchanged.
  explicit Contraction(const Graph& graph);

  /// Splits nodes into sets of independent ones and contracts each set that has at least two; these are returned. A
  /// node may be given once in all calls.
  ///
  /// Which of them are independent: number each node by how many of the others lie on the longest path to it. Nodes of
  /// one number cannot reach each other, so contracting them keeps the graph free of cycles.
  ///
  /// The work is in proportion to the nodes that lie between the first and the last of them and that depend on one of
  /// them or that one of them depends on. Once the work of all calls has passed `work_limit` for each node and edge of
  /// the graph, nothing is contracted any more, so that no graph takes longer than in proportion to its size.
  std::vector<std::vector<NodeId>> contract_independent(std::span<const NodeId> nodes);

  static constexpr std::size_t work_limit = 256;

 private:
  /// What a node is now part of: itself, or the first node of the set that it was contracted into.
  using Cluster = std::uint32_t;

  /// A part of the order of execution, both ends included.
  struct Window {
    std::uint32_t first;
    std::uint32_t last;
  };
  enum class Direction { forwards, backwards };

  Window window_of(std::span<const Cluster> members) const;
  /// Visits the clusters of the users of a cluster's results (forwards), or those that its operands come from.
  template <typename Visit>
  void for_each_neighbour(Cluster cluster, Direction direction, Visit visit);
  /// Marks and returns the members and all clusters of the window that they reach in that direction, in no order.
  std::vector<Cluster> reach(std::span<const Cluster> members, Direction direction, const Window& window);
  /// For every cluster in `after`, what the members reach, the most members on a path to it.
  void number(std::span<const Cluster> members, std::vector<Cluster> after);
  /// Gives the clusters that a contraction concerns new places among those that they had.
  void reorder(std::span<const Cluster> after, std::span<const Cluster> before);
  void contract(const std::vector<NodeId>& set);

  const Graph& graph_;
  std::vector<Cluster> cluster_of_;         // by node
  std::vector<std::vector<NodeId>> nodes_;  // by cluster: of one that was contracted
  std::vector<std::uint32_t> first_user_;   // by node, into users_; one entry more than nodes
  std::vector<std::uint32_t> users_;        // the nodes that read a node's results
  std::vector<std::uint32_t> places_;       // by cluster: in the order of execution
  std::vector<std::uint32_t> depths_;       // by cluster: see number
  std::vector<std::uint8_t> marks_;         // by cluster: what it is to the contraction at hand
  std::size_t work_left_ = 0;
};

}  // namespace weft
