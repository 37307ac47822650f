#include "models/nmt/data/batches.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "models/nmt/data/random.h"
#include "tests/temporary_folder.h"

using namespace weft::nmt;
using namespace weft::test;
using Ids = std::vector<std::int32_t>;

namespace {

/// `count` examples with sources of `source` words and targets of `target` words.
void add(std::vector<Example>* examples, std::size_t count, std::size_t source, std::size_t target) {
  examples->insert(examples->end(), count, {.source = Ids(source, 7), .target = Ids(target, 8)});
}

/// Lengths that are bell-shaped and depend on one another, as those of translations do.
std::vector<Example> sentences(std::size_t count) {
  Random random(11);
  std::vector<Example> examples;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t target = 4 + random.below(3) + random.below(3) + random.below(3);
    add(&examples, 1, std::max<std::size_t>(3, target + random.below(3) + random.below(3) - 1), target);
  }
  return examples;
}

std::map<BatchShape, int> count_shapes(const std::vector<Batch>& batches) {
  std::map<BatchShape, int> counts;
  for (const Batch& batch : batches) ++counts[batch.shape];
  return counts;
}

std::vector<std::size_t> rows_in_order(const std::vector<Batch>& batches) {
  std::vector<std::size_t> rows;
  for (const Batch& batch : batches) rows.insert(rows.end(), batch.rows.begin(), batch.rows.end());
  return rows;
}

/// Checks that every example is in one batch, and that the batches are as large as they say.
void check_batches(const std::vector<Batch>& batches, const std::vector<Example>& examples) {
  std::set<std::size_t> seen;
  for (const Batch& batch : batches) {
    CHECK(batch.rows.size() == batch.shape.rows);
    for (const std::size_t row : batch.rows) {
      CHECK(seen.insert(row).second);
      CHECK(examples.at(row).source.size() <= batch.shape.source_length);
      CHECK(examples.at(row).target.size() <= batch.shape.target_length);
    }
  }
  CHECK(seen.size() == examples.size());
}

}  // namespace

TEST_CASE("pairs of equal lengths make batches without padding") {
  std::vector<Example> examples;
  add(&examples, 8, 5, 4);
  add(&examples, 4, 3, 4);
  const BatchPlan plan(examples, 4, 1);
  const auto batches = plan.epoch(0);
  check_batches(batches, examples);
  CHECK(count_shapes(batches) == std::map<BatchShape, int>{{{4, 3, 4}, 1}, {{4, 5, 4}, 2}});
  CHECK(plan.padding().overall == 0);
}

TEST_CASE("what is left over shares padded batches, the last of them smaller") {
  std::vector<Example> examples;
  add(&examples, 6, 3, 4);  // a batch, and 2 left over
  add(&examples, 3, 5, 4);  // 3 left over: 2 with those above, 1 by itself
  const BatchPlan plan(examples, 4, 1);
  const auto batches = plan.epoch(0);
  check_batches(batches, examples);
  CHECK(count_shapes(batches) == std::map<BatchShape, int>{{{1, 5, 4}, 1}, {{4, 3, 4}, 1}, {{4, 5, 4}, 1}});
  CHECK(plan.batches_per_epoch() == 3);
  // Sources: 33 words in 4 x 3 + 4 x 5 + 1 x 5 = 37 positions; targets: 36 words in 36.
  CHECK(plan.padding().source == doctest::Approx(4.0 / 37));
  CHECK(plan.padding().target == 0);
  CHECK(plan.padding().overall == doctest::Approx(4.0 / 73));
}

TEST_CASE("a padded batch takes a shape that is there for up to a tenth more positions") {
  std::vector<Example> examples;
  add(&examples, 4, 10, 11);  // one batch of 4 x 21 positions
  add(&examples, 2, 9, 10);
  add(&examples, 2, 10, 10);  // with those above 4 x 20 positions: 4 x 21 is 5 % more
  CHECK(BatchPlan(examples, 4, 1).shapes() == std::vector<BatchShape>{{4, 10, 11}});
  examples.clear();
  add(&examples, 4, 10, 11);
  add(&examples, 2, 8, 9);
  add(&examples, 2, 8, 10);  // 4 x 18 positions: 4 x 21 is 17 % more
  CHECK(BatchPlan(examples, 4, 1).shapes() == std::vector<BatchShape>{{4, 8, 10}, {4, 10, 11}});
}

TEST_CASE("every epoch has the same shapes, other batches, and every example once") {
  const auto examples = sentences(3'000);
  const BatchPlan plan(examples, 16, 5);
  const auto first = plan.epoch(0), second = plan.epoch(1);
  check_batches(first, examples);
  check_batches(second, examples);
  CHECK(first.size() == plan.batches_per_epoch());
  CHECK(count_shapes(first) == count_shapes(second));
  CHECK(rows_in_order(first) != rows_in_order(second));
  std::vector<BatchShape> shapes;
  for (const auto& [shape, count] : count_shapes(first)) shapes.push_back(shape);
  CHECK(shapes == plan.shapes());
}

TEST_CASE("the order is of the seed and the epoch alone") {
  const auto examples = sentences(500);
  const BatchPlan plan(examples, 16, 5), same(examples, 16, 5), other(examples, 16, 6);
  same.epoch(0);
  CHECK(rows_in_order(plan.epoch(3)) == rows_in_order(same.epoch(3)));
  CHECK(rows_in_order(plan.epoch(3)) != rows_in_order(other.epoch(3)));
}

TEST_CASE("the same pairs are not left over every time") {
  std::vector<Example> examples;
  add(&examples, 30, 3, 4);  // 4 batches of 7, 2 left over
  const BatchPlan plan(examples, 7, 1);
  std::set<std::size_t> left_over;
  for (std::uint64_t epoch = 0; epoch < 100; ++epoch) {
    for (const Batch& batch : plan.epoch(epoch)) {
      if (batch.shape.rows == 2) left_over.insert(batch.rows.begin(), batch.rows.end());
    }
  }
  CHECK(left_over.size() == 30);
}

TEST_CASE("little padding and few shapes") {
  const auto examples = sentences(20'000);
  const BatchPlan plan(examples, 64, 1);
  CHECK(plan.padding().overall < 0.02);
  CHECK(plan.shapes().size() < 100);
  CHECK(plan.batches_per_epoch() == (20'000 + 63) / 64);
  std::size_t positions = 0, words = 0;
  for (const Batch& batch : plan.epoch(0)) {
    positions += batch.rows.size() * (batch.shape.source_length + batch.shape.target_length);
    for (const std::size_t row : batch.rows) words += examples[row].source.size() + examples[row].target.size();
  }
  CHECK(plan.padding().overall == doctest::Approx(1 - static_cast<double>(words) / static_cast<double>(positions)));
}

TEST_CASE("lengths count as multiples of a step, and of more where there are too many shapes") {
  const auto examples = sentences(2'000);
  const auto largest_divisor = [](const BatchPlan& plan) {
    std::size_t divisor = 0;
    for (const BatchShape& shape : plan.shapes())
      divisor = std::gcd(std::gcd(divisor, shape.source_length), shape.target_length);
    return divisor;
  };
  const BatchPlan plain(examples, 64, 1);
  const BatchPlan stepped(examples, 64, 1, {.length_step = 3});
  const BatchPlan few(examples, 64, 1, {.length_step = 3, .most_shapes = stepped.shapes().size() - 1});
  CHECK(largest_divisor(plain) == 1);
  CHECK(largest_divisor(stepped) == 3);
  CHECK(largest_divisor(few) % 6 == 0);
  CHECK(stepped.shapes().size() < plain.shapes().size());
  CHECK(stepped.batches_per_epoch() == plain.batches_per_epoch());
  check_batches(stepped.epoch(0), examples);
}

TEST_CASE("ids and lengths of a batch") {
  const std::vector<Example> rows{{.source = {1, 2}, .target = {1, 6, 7, 2}}, {.source = {1, 5, 2}, .target = {1, 2}}};
  const BatchShape shape{2, 3, 5};
  Ids source(6, -1), source_lengths(2, -1), target(10, -1), target_lengths(2, -1);
  fill_source(shape, rows, source, source_lengths);
  fill_target(shape, rows, target, target_lengths);
  CHECK(source == Ids{1, 2, 0, 1, 5, 2});
  CHECK(source_lengths == Ids{2, 3});
  CHECK(target == Ids{1, 6, 7, 2, 0, 1, 2, 0, 0, 0});
  CHECK(target_lengths == Ids{4, 2});
  CHECK(contains(message_of([&] { fill_source(shape, rows, target, source_lengths); }), "[2, 3] ids"));
  CHECK(contains(message_of([&] { fill_source(shape, rows, source, source); }), "2 lengths"));
  CHECK(contains(message_of([&] { fill_source({3, 3, 5}, rows, source, source_lengths); }), "3 rows is given 2"));
}

TEST_CASE("sources without targets") {
  const std::vector<Example> examples(3, {.source = {1, 5, 2}, .target = {}});
  const BatchPlan plan(examples, 2, 1);
  CHECK(plan.shapes() == std::vector<BatchShape>{{1, 3, 0}, {2, 3, 0}});
  CHECK(plan.padding().target == 0);
}

TEST_CASE("batches that cannot be made are refused") {
  const std::vector<Example> examples{{.source = {1, 2}, .target = {}}, {.source = {}, .target = {1}}};
  CHECK(contains(message_of([&] { BatchPlan({}, 4, 1); }), "no examples"));
  CHECK(contains(message_of([&] { BatchPlan(examples, 4, 1); }), "example 1 has no source"));
  CHECK(contains(message_of([&] { BatchPlan(examples, 0, 1); }), "at least one row"));
}
