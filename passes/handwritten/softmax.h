#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "graph/graph.h"

namespace weft {

/// A softmax along one axis: the op, or e / sum(e) with e = exp(x - max(x)) or e = exp(x). The op subtracts the largest
/// element in any case, so it is at least as accurate.
struct SoftmaxForm {
  NodeId last;  ///< whose result it is
  ValueId x;
  std::int64_t axis = 0;
  std::uint32_t reads_of_x = 1;  ///< how many of its nodes read x
};

/// The softmax that ends with that node, written by hand.
std::optional<SoftmaxForm> softmax_by_hand(const Graph& graph, NodeId last, std::span<const std::uint32_t> uses);
/// The same, or the op.
std::optional<SoftmaxForm> softmax_form(const Graph& graph, NodeId last, std::span<const std::uint32_t> uses);
/// The logarithm of a softmax that ends with that node, written as x - log(sum(exp(x))), with x - max(x) for x or
/// without, or as x - logsumexp(x).
std::optional<SoftmaxForm> log_softmax_by_hand(const Graph& graph, NodeId last, std::span<const std::uint32_t> uses);
/// The softmax whose logarithm the node is, when nothing else reads it.
std::optional<SoftmaxForm> log_of_softmax(const Graph& graph, NodeId log, std::span<const std::uint32_t> uses);

}  // namespace weft
