#include "models/nmt/data/batches.h"

#include <algorithm>
#include <optional>
#include <set>

#include "graph/base/error.h"
#include "models/nmt/data/random.h"
#include "models/nmt/text/vocabulary.h"

namespace weft::nmt {
namespace {

/// How many more positions, as a share of its own, a padded batch may have in order to need no new shape.
constexpr double worth_one_shape = 0.1;

/// Epoch e draws from stream first_stream + e; the split of the corpus, which may have the same seed, from stream 0.
constexpr std::uint64_t first_stream = std::uint64_t{1} << 32;

std::size_t positions(const BatchShape& shape) { return shape.rows * (shape.source_length + shape.target_length); }

bool holds(const BatchShape& outer, const BatchShape& inner) {
  return outer.rows == inner.rows && outer.source_length >= inner.source_length &&
         outer.target_length >= inner.target_length;
}

/// The smallest of the shapes that holds `shape` with little more padding; `shape` itself if none does.
BatchShape reuse(const std::set<BatchShape>& shapes, const BatchShape& shape) {
  const double most = static_cast<double>(positions(shape)) * (1 + worth_one_shape);
  std::optional<BatchShape> best;
  for (const BatchShape& candidate : shapes) {
    if (!holds(candidate, shape) || static_cast<double>(positions(candidate)) > most) continue;
    if (!best || positions(candidate) < positions(*best)) best = candidate;
  }
  return best.value_or(shape);
}

double share_of_padding(std::size_t words, std::size_t positions) {
  return positions == 0 ? 0 : 1 - static_cast<double>(words) / static_cast<double>(positions);
}

using Ids = std::vector<std::int32_t> Example::*;

void fill(const Batch& batch, std::span<const Example> examples, Ids of_side, std::size_t time,
          std::span<std::int32_t> ids, std::span<std::int32_t> lengths) {
  const std::size_t rows = batch.rows.size();
  require(ids.size() == rows * time, "a batch of [{}, {}] ids does not fit {} places", rows, time, ids.size());
  require(lengths.size() == rows, "{} lengths do not fit {} places", rows, lengths.size());
  for (std::size_t row = 0; row < rows; ++row) {
    require(batch.rows[row] < examples.size(), "the batch holds example {}, there are {}", batch.rows[row],
            examples.size());
    const std::vector<std::int32_t>& sentence = examples[batch.rows[row]].*of_side;
    require(sentence.size() <= time, "example {} has {} words, the batch has room for {}", batch.rows[row],
            sentence.size(), time);
    const auto line = ids.subspan(row * time, time);
    const auto end = std::copy(sentence.begin(), sentence.end(), line.begin());
    std::fill(end, line.end(), Vocabulary::padding);
    lengths[row] = static_cast<std::int32_t>(sentence.size());
  }
}

}  // namespace

BatchPlan::BatchPlan(std::span<const Example> examples, std::size_t batch_size, std::uint64_t seed,
                     const Options& options)
    : batch_size_(batch_size), seed_(seed) {
  require(batch_size > 0, "a batch must have at least one row");
  require(options.length_step > 0, "lengths are rounded up to multiples of at least 1");
  require(options.most_shapes > 0, "batches must have at least one shape");
  require(!examples.empty(), "there are no examples to make batches of");
  std::size_t longest = 0;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    require(!examples[i].source.empty(), "example {} has no source", i);
    longest = std::max({longest, examples[i].source.size(), examples[i].target.size()});
  }
  for (std::size_t multiple = options.length_step;; multiple *= 2) {
    plan(examples, multiple);
    if (multiple >= longest || shapes().size() <= options.most_shapes) break;
  }
  measure_padding(examples);
}

void BatchPlan::plan(std::span<const Example> examples, std::size_t multiple) {
  const auto rounded = [multiple](std::size_t length) { return (length + multiple - 1) / multiple * multiple; };
  groups_.clear();
  padded_shapes_.clear();
  for (std::size_t i = 0; i < examples.size(); ++i)
    groups_[{rounded(examples[i].source.size()), rounded(examples[i].target.size())}].push_back(i);
  plan_padded_batches();
}

std::vector<BatchPlan::Lengths> BatchPlan::lined_up_groups() const {
  std::vector<Lengths> order;
  for (const auto& [lengths, group] : groups_) order.push_back(lengths);
  // By source length; the target length rises within one source length and falls within the next.
  std::sort(order.begin(), order.end(), [](const Lengths& a, const Lengths& b) {
    if (a.first != b.first) return a.first < b.first;
    return a.first % 2 == 0 ? a.second < b.second : a.second > b.second;
  });
  return order;
}

void BatchPlan::plan_padded_batches() {
  std::set<BatchShape> shapes;
  for (const auto& [lengths, group] : groups_) {
    if (group.size() >= batch_size_) shapes.insert({batch_size_, lengths.first, lengths.second});
  }

  BatchShape shape;
  for (const Lengths& lengths : lined_up_groups()) {
    for (std::size_t left = groups_.at(lengths).size() % batch_size_; left > 0; --left) {
      if (shape.rows == batch_size_) {
        padded_shapes_.push_back(shape);
        shape = {};
      }
      ++shape.rows;
      shape.source_length = std::max(shape.source_length, lengths.first);
      shape.target_length = std::max(shape.target_length, lengths.second);
    }
  }
  if (shape.rows > 0) padded_shapes_.push_back(shape);

  // From the longest to the shortest, so that the shape of one can serve the next.
  for (auto padded = padded_shapes_.rbegin(); padded != padded_shapes_.rend(); ++padded) {
    *padded = reuse(shapes, *padded);
    shapes.insert(*padded);
  }
}

std::vector<Batch> BatchPlan::epoch(std::uint64_t epoch) const {
  Random random(seed_, first_stream + epoch);
  std::vector<Batch> batches;
  batches.reserve(batches_per_epoch());
  std::vector<std::size_t> left_over;
  for (const Lengths& lengths : lined_up_groups()) {
    std::vector<std::size_t> group = groups_.at(lengths);
    random.shuffle(group);
    auto next = group.begin();
    while (static_cast<std::size_t>(group.end() - next) >= batch_size_) {
      const auto end = next + static_cast<std::ptrdiff_t>(batch_size_);
      batches.push_back({.shape = {batch_size_, lengths.first, lengths.second}, .rows = {next, end}});
      next = end;
    }
    left_over.insert(left_over.end(), next, group.end());
  }
  auto next = left_over.begin();
  for (const BatchShape& shape : padded_shapes_) {
    const auto end = next + static_cast<std::ptrdiff_t>(shape.rows);
    batches.push_back({.shape = shape, .rows = {next, end}});
    next = end;
  }
  random.shuffle(batches);
  return batches;
}

std::size_t BatchPlan::batches_per_epoch() const {
  std::size_t batches = padded_shapes_.size();
  for (const auto& [lengths, group] : groups_) batches += group.size() / batch_size_;
  return batches;
}

std::vector<BatchShape> BatchPlan::shapes() const {
  std::set<BatchShape> shapes(padded_shapes_.begin(), padded_shapes_.end());
  for (const auto& [lengths, group] : groups_) {
    if (group.size() >= batch_size_) shapes.insert({batch_size_, lengths.first, lengths.second});
  }
  return {shapes.begin(), shapes.end()};
}

void BatchPlan::measure_padding(std::span<const Example> examples) {
  std::size_t source_words = 0, target_words = 0, source_positions = 0, target_positions = 0;
  for (const Example& example : examples) {
    source_words += example.source.size();
    target_words += example.target.size();
  }
  for (const auto& [lengths, group] : groups_) {
    const std::size_t full_rows = group.size() - group.size() % batch_size_;
    source_positions += full_rows * lengths.first;
    target_positions += full_rows * lengths.second;
  }
  for (const BatchShape& shape : padded_shapes_) {
    source_positions += shape.rows * shape.source_length;
    target_positions += shape.rows * shape.target_length;
  }
  padding_ = {.source = share_of_padding(source_words, source_positions),
              .target = share_of_padding(target_words, target_positions),
              .overall = share_of_padding(source_words + target_words, source_positions + target_positions)};
}

void fill_source(const Batch& batch, std::span<const Example> examples, std::span<std::int32_t> ids,
                 std::span<std::int32_t> lengths) {
  fill(batch, examples, &Example::source, batch.shape.source_length, ids, lengths);
}

void fill_target(const Batch& batch, std::span<const Example> examples, std::span<std::int32_t> ids,
                 std::span<std::int32_t> lengths) {
  fill(batch, examples, &Example::target, batch.shape.target_length, ids, lengths);
}

}  // namespace weft::nmt
