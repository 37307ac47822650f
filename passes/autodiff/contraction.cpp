// The order is kept up to date as in Pearce and Kelly's "A dynamic topological sort algorithm for directed acyclic
// graphs" (ACM Journal of Experimental Algorithmics 11, 2006): only what lies between the ends of a new dependence can
// be out of place, and of that only what one of them reaches.
//
//   m, n are contracted; p needs m, n needs q        before: ... m ... p ... q ... n ...
//                                                    after:  ... q ... mn ... p ...

#include "passes/autodiff/contraction.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "graph/base/error.h"
#include "graph/order.h"

namespace weft {
namespace {

// What a cluster is to the contraction at hand.
constexpr std::uint8_t is_after = 1;   // a member reaches it
constexpr std::uint8_t is_before = 2;  // it reaches a member
constexpr std::uint8_t is_member = 4;

}  // namespace

Contraction::Contraction(const Graph& graph)
    : graph_(graph),
      cluster_of_(graph.node_bound()),
      nodes_(graph.node_bound()),
      first_user_(graph.node_bound() + 1, 0),
      places_(graph.node_bound(), 0),
      depths_(graph.node_bound(), 0),
      marks_(graph.node_bound(), 0) {
  for (std::uint32_t i = 0; i < cluster_of_.size(); ++i) cluster_of_[i] = i;
  const std::vector<NodeId> order = topological_order(graph);
  for (std::uint32_t i = 0; i < order.size(); ++i) places_[order[i].index] = i;

  // A counting sort of all edges by the node that they come from.
  std::vector<std::uint32_t> next_user(graph.node_bound() + 1, 0);
  for (const NodeId id : order)
    for (const ValueId operand : graph.node(id).operands) ++first_user_[graph.producer(operand).index + 1];
  for (std::size_t i = 1; i < first_user_.size(); ++i) first_user_[i] += first_user_[i - 1];
  next_user = first_user_;
  users_.resize(first_user_.back());
  for (const NodeId id : order)
    for (const ValueId operand : graph.node(id).operands) users_[next_user[graph.producer(operand).index]++] = id.index;
  work_left_ = work_limit * (order.size() + users_.size());
}

std::vector<std::vector<NodeId>> Contraction::contract_independent(std::span<const NodeId> nodes) {
  if (nodes.size() < 2 || work_left_ == 0) return {};
  std::vector<Cluster> members;
  for (const NodeId node : nodes) {
    check_invariant(cluster_of_[node.index] == node.index && nodes_[node.index].empty(),
                    "'{}' is contracted a second time", graph_.node(node).name);
    members.push_back(node.index);
  }
  const Window window = window_of(members);
  const std::vector<Cluster> after = reach(members, Direction::forwards, window);
  number(members, after);

  std::map<std::uint32_t, std::vector<NodeId>> by_depth;
  for (const NodeId node : nodes) by_depth[depths_[node.index]].push_back(node);
  std::vector<std::vector<NodeId>> sets;
  for (auto& [depth, set] : by_depth)
    if (set.size() > 1) sets.push_back(std::move(set));
  if (!sets.empty()) {
    const std::vector<Cluster> before = reach(members, Direction::backwards, window);
    reorder(after, before);
    for (const Cluster cluster : before) marks_[cluster] = 0;
    for (const std::vector<NodeId>& set : sets) contract(set);
  }
  for (const Cluster cluster : after) marks_[cluster] = 0;
  return sets;
}

Contraction::Window Contraction::window_of(std::span<const Cluster> members) const {
  const auto place = [this](Cluster cluster) { return places_[cluster]; };
  return {places_[std::ranges::min(members, {}, place)], places_[std::ranges::max(members, {}, place)]};
}

template <typename Visit>
void Contraction::for_each_neighbour(Cluster cluster, Direction direction, Visit visit) {
  const auto visit_neighbours_of = [&](std::uint32_t node) {
    if (direction == Direction::forwards) {
      for (std::uint32_t i = first_user_[node]; i < first_user_[node + 1]; ++i) visit(cluster_of_[users_[i]]);
      work_left_ -= std::min<std::size_t>(work_left_, 1 + first_user_[node + 1] - first_user_[node]);
    } else {
      const std::vector<ValueId>& operands = graph_.node(NodeId{node}).operands;
      for (const ValueId operand : operands) visit(cluster_of_[graph_.producer(operand).index]);
      work_left_ -= std::min(work_left_, 1 + operands.size());
    }
  };
  if (nodes_[cluster].empty())
    visit_neighbours_of(cluster);
  else
    for (const NodeId node : nodes_[cluster]) visit_neighbours_of(node.index);
}

std::vector<Contraction::Cluster> Contraction::reach(std::span<const Cluster> members, Direction direction,
                                                     const Window& window) {
  const std::uint8_t mark = direction == Direction::forwards ? is_after : is_before;
  std::vector<Cluster> reached(members.begin(), members.end());
  for (const Cluster member : members) marks_[member] |= mark;
  for (std::size_t i = 0; i < reached.size(); ++i)
    for_each_neighbour(reached[i], direction, [&](Cluster neighbour) {
      if (places_[neighbour] < window.first || places_[neighbour] > window.last || (marks_[neighbour] & mark) != 0)
        return;
      marks_[neighbour] |= mark;
      reached.push_back(neighbour);
    });
  return reached;
}

void Contraction::number(std::span<const Cluster> members, std::vector<Cluster> after) {
  for (const Cluster member : members) marks_[member] |= is_member;
  for (const Cluster cluster : after) depths_[cluster] = 0;
  std::ranges::sort(after, {}, [this](Cluster cluster) { return places_[cluster]; });
  for (const Cluster cluster : after) {
    const std::uint32_t next = depths_[cluster] + ((marks_[cluster] & is_member) != 0 ? 1 : 0);
    for_each_neighbour(cluster, Direction::forwards,
                       [&](Cluster user) { depths_[user] = std::max(depths_[user], next); });
  }
}

void Contraction::reorder(std::span<const Cluster> after, std::span<const Cluster> before) {
  std::vector<Cluster> concerned(before.begin(), before.end());
  for (const Cluster cluster : after)
    if ((marks_[cluster] & is_before) == 0) concerned.push_back(cluster);
  std::vector<std::uint32_t> places;
  for (const Cluster cluster : concerned) places.push_back(places_[cluster]);
  std::ranges::sort(places);

  // What only leads to members comes first and what only follows them last, so that the former never moves back and
  // the latter never forward: they stay in order with what is not concerned. Between them, what has fewer members
  // before it comes first; of equals, the members last.
  const auto rank = [this](Cluster cluster) {
    const std::uint8_t marks = marks_[cluster];
    if ((marks & is_before) == 0) return std::tuple(2U, 0U, false, places_[cluster]);
    if ((marks & is_after) == 0) return std::tuple(0U, 0U, false, places_[cluster]);
    return std::tuple(1U, depths_[cluster], (marks & is_member) != 0, places_[cluster]);
  };
  std::ranges::sort(concerned, {}, rank);
  for (std::size_t i = 0; i < concerned.size(); ++i) places_[concerned[i]] = places[i];
}

void Contraction::contract(const std::vector<NodeId>& set) {
  const Cluster cluster = set.front().index;
  for (const NodeId node : set) {
    cluster_of_[node.index] = cluster;
    places_[cluster] = std::min(places_[cluster], places_[node.index]);
  }
  nodes_[cluster] = set;
}

}  // namespace weft
