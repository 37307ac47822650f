// Joins what a sum pads: the gradients of a value's slices are each padded with zeros to the whole value's size, and all
// of these are added up. What the parts do not share they need not be added to: they stand one after another, in a
// concat, which the memory plan lets them be written into.
//
//   before                                              after
//   %p0 = pad(%d0) {axis = 0, before = 0, after = 2}    %dx = concat(%d0, %d1, %d2) {axis = 0}
//   %p1 = pad(%d1) {axis = 0, before = 1, after = 1}
//   %p2 = pad(%d2) {axis = 0, before = 2, after = 0}
//   %dx = add(add(%p0, %p1), %p2)
//
// For each tree of adds, the pads among its terms that only the tree reads, by the axis that they pad:
//
// 1. Parts of one place are added before they are padded. They may be pads of another axis, of a slice of a slice: the
//    same again, once for each axis that there is.
// 2. Parts that do not overlap become one concat, with zeros where no part lies. Of those that overlap, a part in the
//    order of their places joins the first concat whose end it does not reach into.
//
// A concat stands in the sum where the first of its pads stood.

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "graph/order.h"
#include "ops/forms.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "passes/pattern.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

/// What is padded: a value that stands along an axis from `begin` to `end`.
struct Part {
  std::int64_t begin;
  std::int64_t end;
  std::vector<std::size_t> positions;  ///< in the sum, of the pads that leave it this place
};

class PadJoining {
 public:
  explicit PadJoining(Graph& graph) : graph_(graph), uses_(use_counts(graph)) {}

  bool run() {
    for (const SumTree& tree : sum_trees(graph_)) {
      const Graph::Scope scope = graph_.absolute_scope(graph_.node(graph_.producer(tree.root)).scope);
      std::vector<ValueId> terms = tree.terms;
      if (join(terms, graph_.type(tree.root).shape.rank())) rewriter_.replace(tree.root, sum_of(graph_, terms).id());
    }
    return rewriter_.finish();
  }

 private:
  /// Joins pads among the terms of a sum, and so many times what they pad. Returns whether there were any to join.
  bool join(std::vector<ValueId>& terms, std::size_t depth) {
    if (depth == 0) return false;
    const std::size_t before = terms.size();
    for (auto& [axis, parts] : parts_by_axis(terms))
      for (const std::vector<Part>& row : rows_of(std::move(parts)))
        if (row.size() > 1 || row.front().positions.size() > 1) replace(terms, axis, row, depth);
    std::erase(terms, ValueId{});
    return terms.size() < before;
  }

  /// Of each axis, the places that pads of it leave to their operands, from the first to the last.
  std::map<std::int64_t, std::vector<Part>> parts_by_axis(const std::vector<ValueId>& terms) const {
    std::map<std::int64_t, std::map<std::pair<std::int64_t, std::int64_t>, Part>> places;
    for (std::size_t i = 0; i < terms.size(); ++i) {
      const Node& node = graph_.node(graph_.producer(terms[i]));
      if (node.op != &op::pad || terms[i].index >= uses_.size() || uses_[terms[i].index] != 1) continue;
      const PadForm form = pad_form(node);
      const std::int64_t end = form.before + graph_.type(node.operands[0]).shape[form.axis];
      places[form.axis]
          .try_emplace({form.before, end}, Part{form.before, end, {}})
          .first->second.positions.push_back(i);
    }
    std::map<std::int64_t, std::vector<Part>> parts;
    for (auto& [axis, of_axis] : places)
      for (auto& [place, part] : of_axis) parts[axis].push_back(std::move(part));
    return parts;
  }

  /// As few rows as there can be of parts that follow each other without an overlap.
  static std::vector<std::vector<Part>> rows_of(std::vector<Part> parts) {
    std::vector<std::vector<Part>> rows;
    std::set<std::pair<std::int64_t, std::size_t>> ends;  // of each row, and which row it is
    for (Part& part : parts) {
      std::size_t row = rows.size();
      if (!ends.empty() && ends.begin()->first <= part.begin)
        row = ends.extract(ends.begin()).value().second;
      else
        rows.emplace_back();
      ends.emplace(part.end, row);
      rows[row].push_back(std::move(part));
    }
    return rows;
  }

  /// Puts one value in the place of all terms of a row; the other terms become null.
  void replace(std::vector<ValueId>& terms, std::int64_t axis, const std::vector<Part>& row, std::size_t depth) {
    const std::int64_t extent = graph_.type(terms[row.front().positions.front()]).shape[axis];
    std::vector<Value> parts;
    for (const Part& part : row) parts.push_back(sum_of_padded(terms, part.positions, depth));
    std::size_t first = terms.size();
    for (const Part& part : row) {
      first = std::min(first, part.positions.front());
      for (const std::size_t position : part.positions) terms[position] = ValueId{};
    }
    terms[first] = (row.size() == 1 ? pad(parts.front(), axis, row.front().begin, extent - row.front().end)
                                    : concat(with_zeros_between(row, parts, axis, extent), axis))
                       .id();
  }

  std::vector<Value> with_zeros_between(const std::vector<Part>& row, const std::vector<Value>& parts,
                                        std::int64_t axis, std::int64_t extent) {
    std::vector<Value> pieces;
    std::int64_t end = 0;
    const auto fill_up_to = [&](std::int64_t begin) {
      if (end < begin) pieces.push_back(zeros_like(parts.front(), axis, begin - end));
    };
    for (std::size_t i = 0; i < row.size(); ++i) {
      fill_up_to(row[i].begin);
      pieces.push_back(parts[i]);
      end = row[i].end;
    }
    fill_up_to(extent);
    return pieces;
  }

  /// The sum of what the pads at those positions of a sum pad.
  Value sum_of_padded(const std::vector<ValueId>& pads, const std::vector<std::size_t>& positions, std::size_t depth) {
    std::vector<ValueId> terms;
    for (const std::size_t i : positions) terms.push_back(graph_.node(graph_.producer(pads[i])).operands[0]);
    join(terms, depth - 1);
    return sum_of(graph_, terms);
  }

  Value zeros_like(Value piece, std::int64_t axis, std::int64_t extent) {
    const Shape& shape = piece.shape();
    return broadcast(graph_.constant(0.0, piece.dtype()), shape.with(shape.axis(axis), extent));
  }

  Graph& graph_;
  std::vector<std::uint32_t> uses_;
  Rewriter rewriter_{graph_};
};

bool run_join_pads(Graph& graph, const PassContext&) { return PadJoining(graph).run(); }

}  // namespace

const Pass pass::join_pads{"join-pads", "puts what a sum pads one after another, in place of adding it", run_join_pads};

}  // namespace weft
