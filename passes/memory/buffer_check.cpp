// Memory with names for bytes.
//
// What a kernel writes is new: its bytes are (the value, 0), (the value, 1), ... A view has some of the bytes of what
// it is a view of, and a concat along the leading axis has those of its parts, one behind the other, wherever they came
// from. So the content of every value is known as a list of pieces, and before a step runs, the memory at its operands'
// addresses must hold just these:
//
//   step 0: %a = exp(%x)          arena 0..64 is a
//   step 1: %b = tanh(%x)         arena 32..96 is b: what is left of a is 0..32
//   step 2: %c = add(%a, %b)      reads a at 0..64, but 32..64 is b's

#include "passes/memory/buffer_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include "graph/base/error.h"
#include "graph/leaf.h"
#include "ops/forms.h"
#include "ops/op_list.h"
#include "passes/memory/in_place.h"

namespace weft {
namespace {

/// Who wrote bytes: a node's result, or its scratch memory.
struct Writer {
  ValueId value;  ///< null for scratch memory
  NodeId node;
  friend bool operator==(const Writer&, const Writer&) = default;
};

/// Bytes of a writer, from an offset on.
struct Part {
  Writer writer;
  std::size_t offset = 0;
  std::size_t bytes = 0;
};
using Content = std::vector<Part>;

Content part_of(const Content& content, std::size_t offset, std::size_t bytes) {
  Content part;
  for (const Part& piece : content) {
    if (offset >= piece.bytes) {
      offset -= piece.bytes;
      continue;
    }
    if (bytes == 0) break;
    const std::size_t taken = std::min(piece.bytes - offset, bytes);
    part.push_back({piece.writer, piece.offset + offset, taken});
    bytes -= taken;
    offset = 0;
  }
  return part;
}

/// One address space: the arena, or the memory of a leaf.
class Memory {
 public:
  void write(std::size_t begin, const Content& content) {
    for (const Part& piece : content) {
      clear(begin, begin + piece.bytes);
      stretches_[begin] = piece;
      begin += piece.bytes;
    }
  }

  struct Surprise {
    std::size_t begin = 0;      ///< the first byte that is not as expected
    std::optional<Part> found;  ///< nothing: nobody has written there
  };
  std::optional<Surprise> compare(std::size_t begin, const Content& expected) const {
    for (const Part& piece : expected)
      for (std::size_t done = 0; done < piece.bytes;) {
        const std::size_t at = begin;
        const auto after = stretches_.upper_bound(at);
        if (after == stretches_.begin()) return Surprise{at, {}};
        const auto& [start, found] = *std::prev(after);
        if (start + found.bytes <= at) return Surprise{at, {}};
        if (found.writer != piece.writer || found.offset + (at - start) != piece.offset + done)
          return Surprise{at, found};
        const std::size_t same = std::min(piece.bytes - done, start + found.bytes - at);
        done += same;
        begin += same;
      }
    return {};
  }

 private:
  /// Forgets what is there, and keeps what reaches out of it on either side.
  void clear(std::size_t begin, std::size_t end) {
    auto at = stretches_.upper_bound(begin);
    if (at != stretches_.begin() && std::prev(at)->first + std::prev(at)->second.bytes > begin) --at;
    while (at != stretches_.end() && at->first < end) {
      const auto [start, piece] = *at;
      at = stretches_.erase(at);
      if (start < begin) stretches_[start] = {piece.writer, piece.offset, begin - start};
      if (start + piece.bytes > end)
        stretches_[end] = {piece.writer, piece.offset + (end - start), start + piece.bytes - end};
    }
  }

  std::map<std::size_t, Part> stretches_;  // by their first byte
};

/// Bytes of one address space.
struct Area {
  NodeId leaf;  ///< null: the arena
  std::size_t begin = 0;
  std::size_t end = 0;

  bool overlaps(const Area& other) const { return leaf == other.leaf && begin < other.end && other.begin < end; }
  friend bool operator==(const Area&, const Area&) = default;
};

class BufferCheck {
 public:
  BufferCheck(const Graph& graph, std::span<const NodeId> steps, std::span<const std::size_t> scratch_bytes,
              const BufferPlan& plan)
      : graph_(graph), steps_(steps), scratch_bytes_(scratch_bytes), plan_(plan), contents_(graph.value_bound()) {
    step_of_.assign(graph.node_bound(), 0);
    for (std::size_t step = 0; step < steps.size(); ++step) step_of_[steps[step].index] = step;
  }

  void run() {
    for (const NodeId id : graph_.nodes())
      if (is_leaf(*graph_.node(id).op)) write(graph_.node(id).results[0], id);
    for (std::size_t step = 0; step < steps_.size(); ++step) {
      if (plan_.needs_kernel[step])
        run_kernel(step);
      else if (graph_.node(steps_[step]).op == &op::concat)
        join_parts(step);
      else
        look_at(step);
    }
    for (const Output& output : graph_.outputs())
      require_content(output.value, [&] { return fmt::format("the output '{}'", output.name); });
    for (const Update& update : graph_.updates())
      require_content(update.value,
                      [&] { return fmt::format("the update of '{}'", graph_.value_name(update.variable)); });
  }

 private:
  std::size_t bytes_of(ValueId value) const { return static_cast<std::size_t>(graph_.type(value).bytes()); }

  Area area_of(ValueId value) const {
    const Location& location = plan_.locations[value.index];
    check_invariant(location.place != Location::Place::none, "the memory plan has no place for {}", text_of(value));
    const NodeId leaf = location.place == Location::Place::leaf ? location.owner : NodeId{};
    const Area area{leaf, location.offset, location.offset + bytes_of(value)};
    const std::size_t size = leaf ? bytes_of(graph_.node(leaf).results[0]) : plan_.arena_bytes;
    check_invariant(area.end <= size, "the memory plan puts {} at bytes {} to {} of {}, which has {}", text_of(value),
                    area.begin, area.end, space(leaf), size);
    return area;
  }

  std::string space(NodeId leaf) const {
    return leaf ? fmt::format("the memory of '{}'", graph_.node(leaf).name) : "the arena";
  }

  std::string text_of(ValueId value) const {
    return fmt::format("'{}' {}", graph_.value_name(value), graph_.type(value).to_string());
  }

  std::string text_of(const Writer& writer) const {
    const Node& node = graph_.node(writer.node);
    const std::string when = is_leaf(*node.op) ? "" : fmt::format(" (step {})", step_of_[writer.node.index]);
    return (writer.value ? text_of(writer.value) : fmt::format("the scratch memory of '{}'", node.name)) + when;
  }

  std::string text_of_step(std::size_t step) const {
    const Node& node = graph_.node(steps_[step]);
    return fmt::format("{} '{}' (step {})", node.op->name, node.name, step);
  }

  void write(ValueId value, NodeId node) {
    const Area area = area_of(value);
    contents_[value.index] = {{{value, node}, 0, bytes_of(value)}};
    memory_[area.leaf].write(area.begin, contents_[value.index]);
  }

  template <typename Reader>
  void require_content(ValueId value, const Reader& reader) {
    const Area area = area_of(value);
    const auto surprise = memory_[area.leaf].compare(area.begin, contents_[value.index]);
    if (!surprise) return;
    const std::string there =
        surprise->found ? fmt::format("{} has been written there: the two overlap", text_of(surprise->found->writer))
                        : "nothing has been written there";
    throw InternalError(
        fmt::format("the memory plan is wrong: {} reads {} at bytes {} to {} of {}, but from byte {} on {}", reader(),
                    text_of(value), area.begin, area.end, space(area.leaf), surprise->begin, there));
  }

  void run_kernel(std::size_t step) {
    const Node& node = graph_.node(steps_[step]);
    for (const ValueId operand : node.operands) require_content(operand, [&] { return text_of_step(step); });
    require_apart(step);
    if (scratch_bytes_[step] > 0)
      memory_[NodeId{}].write(plan_.scratch[step], {{{ValueId{}, steps_[step]}, 0, scratch_bytes_[step]}});
    for (const ValueId result : node.results) write(result, steps_[step]);
  }

  /// A result may share memory with an operand alone, if the op lets it, and then wholly.
  void require_apart(std::size_t step) const {
    const Node& node = graph_.node(steps_[step]);
    const auto require_disjoint = [&](const Area& a, const Area& b, const std::string& one, const std::string& other) {
      check_invariant(!a.overlaps(b), "the memory plan is wrong: {} writes {} at bytes {} to {} of {}, where {} is",
                      text_of_step(step), one, a.begin, a.end, space(a.leaf), other);
    };
    for (std::size_t i = 0; i < node.results.size(); ++i) {
      const Area result = area_of(node.results[i]);
      for (std::size_t k = 0; k < i; ++k)
        require_disjoint(result, area_of(node.results[k]), text_of(node.results[i]), text_of(node.results[k]));
      for (const ValueId operand : node.operands)
        if (area_of(operand) != result || !may_write_over(node, i, operand))
          require_disjoint(result, area_of(operand), text_of(node.results[i]), "its operand " + text_of(operand));
    }
    if (scratch_bytes_[step] == 0) return;
    const Area scratch{{}, plan_.scratch[step], plan_.scratch[step] + scratch_bytes_[step]};
    check_invariant(scratch.end <= plan_.arena_bytes, "the memory plan puts the scratch memory of {} past the arena",
                    text_of_step(step));
    for (const ValueId operand : node.operands)
      require_disjoint(scratch, area_of(operand), "scratch memory", "its operand " + text_of(operand));
    for (const ValueId result : node.results)
      require_disjoint(scratch, area_of(result), "scratch memory", "its result " + text_of(result));
  }

  /// A view: some bytes of its operand, where they are.
  void look_at(std::size_t step) {
    const Node& node = graph_.node(steps_[step]);
    const ValueId whole = node.operands[0];
    const ValueId view = node.results[0];
    std::size_t offset = 0;
    if (node.op == &op::slice) {
      const TensorType& type = graph_.type(whole);
      const SliceForm slice = slice_form(node);
      // Axes before a leading one have one index alone, so that a row of it is a share of the whole.
      const auto extent = static_cast<std::size_t>(type.shape[slice.axis]);
      offset = static_cast<std::size_t>(slice.begin) * (bytes_of(whole) / extent);
    }
    contents_[view.index] = part_of(contents_[whole.index], offset, bytes_of(view));
  }

  /// A concat: its parts' bytes; those that were not computed in place are copied now.
  void join_parts(std::size_t step) {
    const Node& node = graph_.node(steps_[step]);
    const ValueId whole = node.results[0];
    Content& content = contents_[whole.index];
    for (const ValueId part : node.operands)
      content.insert(content.end(), contents_[part.index].begin(), contents_[part.index].end());
    const Area area = area_of(whole);
    for (; next_copy_ < plan_.part_copies.size() && plan_.part_copies[next_copy_].concat == steps_[step];
         ++next_copy_) {
      const PartCopy& copy = plan_.part_copies[next_copy_];
      require_content(copy.part, [&] { return text_of_step(step); });
      memory_[area.leaf].write(area.begin + copy.offset, contents_[copy.part.index]);
    }
    require_content(whole, [&] { return text_of_step(step); });
  }

  const Graph& graph_;
  std::span<const NodeId> steps_;
  std::span<const std::size_t> scratch_bytes_;
  const BufferPlan& plan_;
  std::vector<std::size_t> step_of_;  // by node index
  std::vector<Content> contents_;     // by value index
  std::map<NodeId, Memory> memory_;   // of leaves; under the null id the arena
  std::size_t next_copy_ = 0;
};

}  // namespace

void check_buffers(const Graph& graph, std::span<const NodeId> steps, std::span<const std::size_t> scratch_bytes,
                   const BufferPlan& plan) {
  BufferCheck(graph, steps, scratch_bytes, plan).run();
}

}  // namespace weft
