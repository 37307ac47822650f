#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.h"
#include "passes/memory/memory_plan.h"
#include "passes/memory/view.h"

namespace weft {

/// Where a value lives.
struct Location {
  enum class Place : std::uint8_t {
    none,   ///< the value is not live
    leaf,   ///< in the memory of the leaf `owner`: an input, a variable, a constant
    arena,  ///< in the arena
  };
  Place place = Place::none;
  NodeId owner;            ///< of a leaf
  std::size_t offset = 0;  ///< bytes from the leaf's or the arena's start
};

/// A copy that a concat along its leading axis still needs: parts that were computed in place need none.
struct PartCopy {
  NodeId concat;
  ValueId part;
  std::size_t offset = 0;  ///< bytes from the concat's start
};

/// A piece of the arena that holds one thing for a while: a value with all that alias it, or a step's scratch memory.
struct Region {
  ValueId root;  ///< the value that the others alias; null for scratch memory
  std::size_t bytes = 0;
  std::size_t offset = 0;   ///< from the arena's start
  std::uint32_t first = 0;  ///< the step that writes it first
  std::uint32_t last = 0;   ///< the step that uses it last; the number of steps when it is copied out after the run
};

/// The memory of one program: views alias what they are views of, parts of a concat are computed where they end up,
/// elementwise kernels write over an operand that dies, updates write over their variable; the rest is planned.
struct BufferPlan {
  std::vector<Location> locations;     ///< by value index
  std::vector<std::size_t> scratch;    ///< arena offset of each step's scratch memory
  std::vector<bool> needs_kernel;      ///< by step: false for views and for concats (see part_copies)
  std::vector<PartCopy> part_copies;   ///< in the order of the steps
  std::vector<bool> updated_in_place;  ///< by index in graph.updates()
  std::vector<Region> regions;
  std::size_t arena_bytes = 0;
  std::size_t lower_bound_bytes = 0;
  std::size_t naive_bytes = 0;  ///< every value in a place of its own
};

/// `steps`: the graph's nodes but for its leaves, in the order of execution; `scratch_bytes`: what each one's kernel
/// asks for.
BufferPlan plan_buffers(const Graph& graph, std::span<const NodeId> steps, std::span<const std::size_t> scratch_bytes);

/// The regions alone, without offsets: what a plan would have to place. Cheaper than a plan.
std::vector<Region> find_regions(const Graph& graph, std::span<const NodeId> steps,
                                 std::span<const std::size_t> scratch_bytes);

/// The nodes that a schedule consists of, all but the leaves, in the order of execution.
std::vector<NodeId> schedule(const Graph& graph);

}  // namespace weft
