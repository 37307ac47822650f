#include "models/nmt/data/batches.h"

#include <algorithm>
#include <limits>
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

void fill(const BatchShape& shape, std::span<const Example> rows, Ids of_side, std::size_t time,
          std::span<std::int32_t> ids, std::span<std::int32_t> lengths) {
  require(rows.size() == shape.rows, "a batch of {} rows is given {}", shape.rows, rows.size());
  require(ids.size() == rows.size() * time, "a batch of [{}, {}] ids does not fit {} places", rows.size(), time,
          ids.size());
  require(lengths.size() == rows.size(), "{} lengths do not fit {} places", rows.size(), lengths.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::vector<std::int32_t>& sentence = rows[row].*of_side;
    require(sentence.size() <= time, "row {} has {} words, the batch has room for {}", row, sentence.size(), time);
    const auto line = ids.subspan(row * time, time);
    const auto end = std::copy(sentence.begin(), sentence.end(), line.begin());
    std::fill(end, line.end(), Vocabulary::padding);
    lengths[row] = static_cast<std::int32_t>(sentence.size());
  }
}

}  // namespace

BatchPlan::BatchPlan(const Examples& examples, std::size_t batch_size, std::uint64_t seed, const Options& options)
    : batch_size_(batch_size), seed_(seed) {
  require(batch_size > 0, "a batch must have at least one row");
  require(options.length_step > 0, "lengths are rounded up to multiples of at least 1");
  require(options.most_shapes > 0, "batches must have at least one shape");
  require(examples.size() > 0, "there are no examples to make batches of");
  require(examples.size() <= std::numeric_limits<ExampleNumber>::max(), "{} examples are too many, the limit is {}",
          examples.size(), std::numeric_limits<ExampleNumber>::max());
  LengthCounts counts;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const auto [source, target] = examples.lengths(i);
    require(source > 0, "example {} has no source", i);
    ++counts[{source, target}];
    longest = std::max<std::size_t>({longest, source, target});
  }
  std::size_t multiple = options.length_step;
  plan(counts, multiple);
  while (multiple < longest && shapes().size() > options.most_shapes) plan(counts, multiple *= 2);
  list_members(examples, multiple);
  measure_padding(counts);
}

BatchPlan::Lengths BatchPlan::rounded(const Lengths& lengths, std::size_t multiple) {
  const auto up = [multiple](std::size_t length) { return (length + multiple - 1) / multiple * multiple; };
  return {up(lengths.first), up(lengths.second)};
}

void BatchPlan::plan(const LengthCounts& counts, std::size_t multiple) {
  groups_.clear();
  padded_shapes_.clear();
  for (const auto& [lengths, count] : counts) groups_[rounded(lengths, multiple)] += count;
  plan_padded_batches();
}

void BatchPlan::list_members(const Examples& examples, std::size_t multiple) {
  std::map<Lengths, std::size_t> ends;  // of what is listed of each group
  std::size_t begin = 0;
  for (const Lengths& lengths : lined_up_groups()) {
    ends[lengths] = begin;
    begin += groups_.at(lengths);
  }
  members_.resize(begin);
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const auto [source, target] = examples.lengths(i);
    members_[ends.at(rounded({source, target}, multiple))++] = static_cast<ExampleNumber>(i);
  }
}

std::vector<BatchPlan::Lengths> BatchPlan::lined_up_groups() const {
  std::vector<Lengths> order;
  for (const auto& [lengths, size] : groups_) order.push_back(lengths);
  // By source length; the target length rises within one source length and falls within the next.
  std::sort(order.begin(), order.end(), [](const Lengths& a, const Lengths& b) {
    if (a.first != b.first) return a.first < b.first;
    return a.first % 2 == 0 ? a.second < b.second : a.second > b.second;
  });
  return order;
}

void BatchPlan::plan_padded_batches() {
  std::set<BatchShape> shapes;
  for (const auto& [lengths, size] : groups_) {
    if (size >= batch_size_) shapes.insert({batch_size_, lengths.first, lengths.second});
  }

  BatchShape shape;
  for (const Lengths& lengths : lined_up_groups()) {
    for (std::size_t left = groups_.at(lengths) % batch_size_; left > 0; --left) {
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
  std::vector<ExampleNumber> left_over;
  auto begin = members_.begin();
  for (const Lengths& lengths : lined_up_groups()) {
    const auto behind = begin + static_cast<std::ptrdiff_t>(groups_.at(lengths));
    std::vector<ExampleNumber> group(begin, behind);
    begin = behind;
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
  for (const auto& [lengths, size] : groups_) batches += size / batch_size_;
  return batches;
}

std::map<BatchShape, std::size_t> BatchPlan::shape_counts() const {
  std::map<BatchShape, std::size_t> counts;
  for (const BatchShape& shape : padded_shapes_) ++counts[shape];
  for (const auto& [lengths, size] : groups_) {
    if (size >= batch_size_) counts[{batch_size_, lengths.first, lengths.second}] += size / batch_size_;
  }
  return counts;
}

std::vector<BatchShape> BatchPlan::shapes() const {
  std::vector<BatchShape> shapes;
  for (const auto& [shape, count] : shape_counts()) shapes.push_back(shape);
  return shapes;
}

void BatchPlan::measure_padding(const LengthCounts& counts) {
  std::size_t source_words = 0, target_words = 0, source_positions = 0, target_positions = 0;
  for (const auto& [lengths, count] : counts) {
    source_words += count * lengths.first;
    target_words += count * lengths.second;
  }
  for (const auto& [lengths, size] : groups_) {
    const std::size_t full_rows = size - size % batch_size_;
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

void fill_source(const BatchShape& shape, std::span<const Example> rows, std::span<std::int32_t> ids,
                 std::span<std::int32_t> lengths) {
  fill(shape, rows, &Example::source, shape.source_length, ids, lengths);
}

void fill_target(const BatchShape& shape, std::span<const Example> rows, std::span<std::int32_t> ids,
                 std::span<std::int32_t> lengths) {
  fill(shape, rows, &Example::target, shape.target_length, ids, lengths);
}

}  // namespace weft::nmt
