// Chooses the order of axes in which images lie in memory: of convolutions and poolings, and of all that stands between
// them. Backends convolve images [batch, channels, spatial...] in another layout, and bring each operand into it and each
// result back. With the channels last, nothing needs to be moved: only what comes from elsewhere, or goes there, is
// transposed, once.
//
//   before                                             after
//   %y = conv(%x, %f) : f32[8,16,32,32]                %xl = transpose(%x) {permutation = [0, 2, 3, 1]}
//   %s = add(%y, %b) : b being f32[16,1,1]             %y = conv(%xl, %f) {channels_last = true} : f32[8,32,32,16]
//   %r = relu(%s)                                      %s = add(%y, transpose(reshape(%b))) : f32[8,32,32,16]
//   %z = conv(%r, %g) : f32[8,32,32,32]                %r = relu(%s)
//                                                      %zl = conv(%r, %g) {channels_last = true} : f32[8,32,32,32]
//                                                      %z = transpose(%zl) {permutation = [0, 3, 1, 2]}
//
// 1. Images are the values that convolutions, poolings and their gradients work on, and those from which or of which
//    elementwise nodes, sums, maxima, and pieces along an axis are made. What one node works on has one layout: such values
//    are joined to a region.
// 2. A region is transposed when its convolutions read and write more bytes of images than the transposes at its borders
//    move, those left out that move nothing: where an image has one channel, or one place, its bytes stay as they are.
// 3. Its nodes are made anew. simplify makes reshapes of the transposes that move nothing, and takes out those that undo
//    each other.
//
// A filter stays as it is: each kernel has a packed copy, made once an update.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <utility>

#include "graph/order.h"
#include "ops/convolution/windows.h"
#include "ops/forms.h"
#include "ops/fusion/space.h"
#include "ops/op_list.h"
#include "ops/ops.h"
#include "passes/pattern.h"
#include "passes/pipeline.h"

namespace weft {
namespace {

template <std::size_t count>
bool is_one_of(const Op& op, const std::array<const Op*, count>& ops) {
  return std::ranges::find(ops, &op) != ops.end();
}

bool is_pooling(const Op& op) {
  return is_one_of(op,
                   std::array{&op::max_pool, &op::max_pool_gradient, &op::average_pool, &op::average_pool_gradient});
}

bool is_reduction(const Op& op) {
  return is_one_of(op, std::array{&op::reduce_sum, &op::reduce_max, &op::reduce_prod});
}

bool is_along_axis(const Op& op) { return is_one_of(op, std::array{&op::concat, &op::slice, &op::pad, &op::flip}); }

/// Axis i of an image with its channels last is axis channels_last_axes(rank)[i] of the image.
std::vector<std::int64_t> channels_last_axes(std::size_t rank) {
  std::vector<std::int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), std::int64_t{0});
  std::rotate(axes.begin() + 1, axes.begin() + 2, axes.end());
  return axes;
}

Shape with_channels_last(const Shape& shape) {
  std::vector<std::int64_t> extents;
  for (const std::int64_t axis : channels_last_axes(shape.rank())) extents.push_back(shape[axis]);
  return Shape(extents);
}

/// The bytes that a transpose of an image moves.
std::int64_t bytes_to_move(const TensorType& image) {
  const bool stays = image.shape[1] == 1 || image.shape.volume_between(2, image.shape.rank()) == 1;
  return stays ? 0 : static_cast<std::int64_t>(image.bytes());
}

/// What of a node is images that it works on.
struct NodeImages {
  std::vector<std::size_t> operands;
  bool result = false;
};

/// None of a node that has no place in a region.
NodeImages images_of(const Graph& graph, const Node& node) {
  const auto shape = [&](std::size_t operand) -> const Shape& { return graph.type(node.operands[operand]).shape; };
  const auto is_image = [](const Shape& of) { return of.rank() >= 3 && of.rank() <= 5; };
  if (node.operands.empty() || node.results.size() != 1) return {};
  const Shape& result = graph.type(node.results[0]).shape;
  NodeImages images{.operands = {}, .result = true};
  if (is_convolution(*node.op) || is_pooling(*node.op)) {
    if (is_channels_last(node.attributes)) return {};
    images.result = node.op != &op::conv_filter_gradient;
    images.operands = {0};
    if (node.operands.size() > 1 && node.op != &op::conv && node.op != &op::conv_input_gradient)
      images.operands = {0, 1};
    return images;
  }
  if (is_reduction(*node.op)) return is_image(shape(0)) ? NodeImages{{0}, false} : NodeImages{};
  if (!is_image(result) || (!is_pointwise(*node.op) && !is_along_axis(*node.op))) return {};
  for (std::size_t i = 0; i < node.operands.size(); ++i)
    if (is_along_axis(*node.op) || shape(i) == result) images.operands.push_back(i);
  return images;
}

/// Images of one layout, and what it brings to have their channels last.
struct ImageRegion {
  std::int64_t saved = 0;  ///< bytes that convolutions need not bring into another layout
  std::int64_t moved = 0;  ///< bytes that the transposes at the borders move
  NodeId first_convolution = {};
  bool is_chosen() const { return saved > moved; }
};

/// The regions of a graph.
class ImageRegions {
 public:
  explicit ImageRegions(const Graph& graph) : graph_(graph), parents_(graph.value_bound()) {
    std::iota(parents_.begin(), parents_.end(), std::uint32_t{0});
    for (const NodeId id : topological_order(graph)) add(id);
    std::vector<std::uint32_t> image_uses(graph.value_bound(), 0);
    std::vector<bool> is_made(graph.value_bound(), false);
    for (const auto& [id, images] : nodes_) {
      const Node& node = graph.node(id);
      ImageRegion& region = regions_[root(first_image(node, images))];
      for (const std::size_t i : images.operands) ++image_uses[node.operands[i].index];
      if (images.result) is_made[node.results[0].index] = true;
      if (!is_convolution(*node.op)) continue;
      if (region.saved == 0) region.first_convolution = id;
      for (const ValueId image : values_of(node, images)) region.saved += bytes_to_move(graph.type(image));
    }
    const std::vector<std::uint32_t> uses = use_counts(graph);
    for (std::uint32_t i = 0; i < parents_.size(); ++i) {
      if (image_uses[i] == 0 && !is_made[i]) continue;
      const std::int64_t bytes = bytes_to_move(graph.type(ValueId{i}));
      ImageRegion& region = regions_[root(ValueId{i})];
      if (!is_made[i]) region.moved += bytes;
      if (is_made[i] && uses[i] > image_uses[i]) region.moved += bytes;
    }
  }

  /// The nodes of regions, in topological order, with their images.
  const std::vector<std::pair<NodeId, NodeImages>>& nodes() const { return nodes_; }
  const ImageRegion& region_of(const Node& node, const NodeImages& images) {
    return regions_[root(first_image(node, images))];
  }
  /// By their values, so that the order is that of the graph.
  const std::map<std::uint32_t, ImageRegion>& all() const { return regions_; }

 private:
  static ValueId first_image(const Node& node, const NodeImages& images) {
    return images.result ? node.results[0] : node.operands[images.operands[0]];
  }
  static std::vector<ValueId> values_of(const Node& node, const NodeImages& images) {
    std::vector<ValueId> values;
    for (const std::size_t i : images.operands) values.push_back(node.operands[i]);
    if (images.result) values.push_back(node.results[0]);
    return values;
  }

  void add(NodeId id) {
    const Node& node = graph_.node(id);
    NodeImages images = images_of(graph_, node);
    if (images.operands.empty() && !images.result) return;
    for (const ValueId value : values_of(node, images)) parents_[root(value)] = root(first_image(node, images));
    nodes_.emplace_back(id, std::move(images));
  }

  std::uint32_t root(ValueId value) {
    std::uint32_t i = value.index;
    while (parents_[i] != i) i = parents_[i] = parents_[parents_[i]];
    return i;
  }

  const Graph& graph_;
  std::vector<std::uint32_t> parents_;  ///< of each value: another of its region, or itself at the root
  std::vector<std::pair<NodeId, NodeImages>> nodes_;
  std::map<std::uint32_t, ImageRegion> regions_;
};

/// Makes the nodes of chosen regions anew.
class LayoutRewriter {
 public:
  explicit LayoutRewriter(Graph& graph) : graph_(graph) {}

  void remake(NodeId id, const NodeImages& images) {
    const Node node = graph_.node(id);
    const Graph::Scope scope = graph_.absolute_scope(node.scope);
    const std::size_t rank =
        graph_.type(images.result ? node.results[0] : node.operands[images.operands[0]]).shape.rank();
    const bool broadcasts = is_pointwise(*node.op);
    std::vector<Value> operands;
    for (std::size_t i = 0; i < node.operands.size(); ++i) {
      const bool is_image = std::ranges::find(images.operands, i) != images.operands.end();
      operands.push_back(is_image || broadcasts ? last(node.operands[i], rank) : current(node.operands[i]));
    }
    const Value made = graph_.add(*node.op, operands, attributes_of(node, rank))[0];
    Value back = made;
    if (images.result) {
      last_.emplace(std::pair(node.results[0], rank), made);
      back = transpose(made, inverse_permutation(channels_last_axes(rank)));
    } else if (is_reduction(*node.op)) {
      back = with_axes_in_order(made, reduction_form(node), rank);
    }
    rewriter_.replace(id, std::array{back});
  }

  bool finish() { return rewriter_.finish(); }

 private:
  Value current(ValueId value) const { return graph_.value(rewriter_.current(value)); }

  /// A value of nodes whose images have that rank, with its channels last; one that is broadcast may lack leading axes.
  Value last(ValueId id, std::size_t rank) {
    if (const auto made = last_.find({id, rank}); made != last_.end()) return made->second;
    Value value = current(id);
    if (value.shape().volume() == 1 && value.shape().rank() < rank) return value;
    Shape shape = value.shape();
    while (shape.rank() < rank) shape = shape.inserted(0, 1);
    if (shape.rank() != value.shape().rank()) value = reshape(value, shape);
    value = transpose(value, channels_last_axes(rank));
    last_.emplace(std::pair(id, rank), value);
    return value;
  }

  static Attributes attributes_of(const Node& node, std::size_t rank) {
    const std::vector<std::int64_t> places = inverse_permutation(channels_last_axes(rank));
    Attributes attributes = node.attributes;
    if (is_convolution(*node.op) || is_pooling(*node.op)) attributes.set("channels_last", true);
    if (node.op == &op::broadcast) {
      const Shape shape(node.attributes.get<std::vector<std::int64_t>>("shape"));
      const Shape permuted = with_channels_last(shape);
      attributes.set("shape", std::vector<std::int64_t>(permuted.begin(), permuted.end()));
    }
    if (is_along_axis(*node.op)) attributes.set("axis", places[static_cast<std::size_t>(axis_of(node))]);
    if (is_reduction(*node.op)) {
      std::vector<std::int64_t> axes;
      for (const std::int64_t axis : reduction_form(node).axes) axes.push_back(places[static_cast<std::size_t>(axis)]);
      std::ranges::sort(axes);
      attributes.set("axes", axes);
    }
    return attributes;
  }

  /// What a reduction of an image with its channels last makes, as that of the image itself would be.
  static Value with_axes_in_order(Value made, const ReductionForm& form, std::size_t rank) {
    std::vector<std::int64_t> kept;  // axes of the image, in the order in which `made` has them
    for (const std::int64_t axis : channels_last_axes(rank))
      if (form.keep_dims || std::ranges::find(form.axes, axis) == form.axes.end()) kept.push_back(axis);
    std::vector<std::int64_t> order(kept.size());
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::ranges::sort(order, {}, [&](std::int64_t i) { return kept[static_cast<std::size_t>(i)]; });
    return std::ranges::is_sorted(order) ? made : transpose(made, order);
  }

  Graph& graph_;
  std::map<std::pair<ValueId, std::size_t>, Value> last_;  ///< by value and rank
  Rewriter rewriter_{graph_};
};

bool run_layout(Graph& graph, const PassContext& context) {
  if (!context.prefers_channels_last) return false;
  if (std::ranges::none_of(graph.nodes(), [&](NodeId id) { return is_convolution(*graph.node(id).op); })) return false;
  ImageRegions regions(graph);
  LayoutRewriter rewriter(graph);
  for (const auto& [id, images] : regions.nodes())
    if (regions.region_of(graph.node(id), images).is_chosen()) rewriter.remake(id, images);
  if (context.explain)
    for (const auto& entry : regions.all())
      if (const ImageRegion& region = entry.second; region.saved > 0 && !region.is_chosen())
        context.explain(
            fmt::format("'{}' and what it works with keep the channels second: that costs its convolutions {} "
                        "bytes, transposes would move {}",
                        graph.node(region.first_convolution).name, region.saved, region.moved));
  return rewriter.finish();
}

}  // namespace

const Pass pass::layout{"layout", "puts the channels of images last, where convolutions run faster", run_layout};

}  // namespace weft
