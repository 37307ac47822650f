#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "models/nmt/data/examples.h"

namespace weft::nmt {

/// What a graph is compiled for.
struct BatchShape {
  std::size_t rows = 0;           ///< pairs
  std::size_t source_length = 0;  ///< of the longest source, or more
  std::size_t target_length = 0;  ///< of the longest target, or more

  auto operator<=>(const BatchShape&) const = default;
};

/// Pairs that go through the model at once.
struct Batch {
  BatchShape shape;
  std::vector<ExampleNumber> rows;  ///< shape.rows of them
};

/// How much of the batches is padding: the share of positions without a word, 0 to 1.
struct PaddingShare {
  double source = 0;
  double target = 0;
  double overall = 0;  ///< of both sides taken together
};

/// How examples are cut into batches, so that nearly none of the arithmetic is spent on padding.
///
/// Pairs of equal source length and equal target length make batches without padding. What is left over of every such
/// group (fewer than `batch_size` pairs) is lined up by length, group by group, and cut into padded batches, the last
/// of which has fewer rows unless the examples happen to be a multiple of `batch_size`.
///
/// Every epoch deals the pairs of a group anew and puts the batches in a new order, but the shapes are the same, and as
/// many of each: all graphs a training run needs can be compiled before it, and there are few, because a padded batch
/// takes a shape that is there already if that costs little more padding.
///
/// Both lengths of every pair count as the next multiple of `length_step`. Where lengths vary so much that there would be
/// more than `most_shapes` all the same, they count as multiples of twice that step, or else of four times, and so on,
/// until there are no more: such groups have padding, too. A shape that comes once in an epoch costs more to compile than
/// it saves.
class BatchPlan {
 public:
  struct Options {
    std::size_t length_step = 1;
    std::size_t most_shapes = 512;
  };

  /// Throws Error if there are no examples, if one has no source, or if a number is 0.
  BatchPlan(const Examples& examples, std::size_t batch_size, std::uint64_t seed, const Options& options);
  BatchPlan(const Examples& examples, std::size_t batch_size, std::uint64_t seed)
      : BatchPlan(examples, batch_size, seed, Options()) {}

  /// The batches of an epoch in the order to train on them; every example is in exactly one. The same seed and epoch
  /// give the same batches.
  std::vector<Batch> epoch(std::uint64_t epoch) const;

  /// The number of batches in an epoch.
  std::size_t batches_per_epoch() const;

  /// How many batches of an epoch have each shape.
  std::map<BatchShape, std::size_t> shape_counts() const;
  /// The distinct shapes of an epoch, sorted.
  std::vector<BatchShape> shapes() const;

  /// The padding of an epoch.
  PaddingShare padding() const { return padding_; }

 private:
  /// Source and target length, of a group the multiples.
  using Lengths = std::pair<std::size_t, std::size_t>;
  /// How many examples have these lengths.
  using LengthCounts = std::map<Lengths, std::size_t>;

  /// Groups by multiples of that, and plans the batches anew.
  void plan(const LengthCounts& counts, std::size_t multiple);
  static Lengths rounded(const Lengths& lengths, std::size_t multiple);

  /// The groups in an order in which neighbours differ little in either length.
  std::vector<Lengths> lined_up_groups() const;

  void plan_padded_batches();
  void list_members(const Examples& examples, std::size_t multiple);
  void measure_padding(const LengthCounts& counts);

  std::size_t batch_size_;
  std::uint64_t seed_;
  LengthCounts groups_;
  std::vector<ExampleNumber> members_;     // of the lined up groups, one after another, each ascending
  std::vector<BatchShape> padded_shapes_;  // of the padded batches, in the order of what is left over
  PaddingShare padding_;
};

/// Writes the sources of a batch's rows: ids [batch, time] row-major, filled up with padding, and lengths [batch],
/// without padding. Throws Error if either is not as large as the shape says.
void fill_source(const BatchShape& shape, std::span<const Example> rows, std::span<std::int32_t> ids,
                 std::span<std::int32_t> lengths);

/// The same for the targets.
void fill_target(const BatchShape& shape, std::span<const Example> rows, std::span<std::int32_t> ids,
                 std::span<std::int32_t> lengths);

}  // namespace weft::nmt
