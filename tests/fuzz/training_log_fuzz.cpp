#include <algorithm>
#include <cmath>

#include "models/nmt/training/sample_log.h"
#include "models/training/run/training_log.h"
#include "tests/fuzz/harness.h"

// log.jsonl and samples.jsonl, of which any text makes some log: by step, with finite figures and whole matrices.

namespace weft::fuzz {
namespace {

template <typename Record>
void check_order(const std::vector<Record>& records) {
  for (const Record& record : records)
    expect(record.step > 0 && record.epoch > 0, "step {} of epoch {}", record.step, record.epoch);
  const bool ordered = std::ranges::is_sorted(records, std::less_equal(), &Record::step);
  expect(ordered || records.size() < 2, "the steps are not in order");
}

void check_finite(std::initializer_list<std::optional<double>> figures) {
  for (const auto& figure : figures) expect(!figure || std::isfinite(*figure), "a figure is {}", figure.value_or(0));
}

void check_sample(const nmt::SampleTranslation& sample) {
  expect(!sample.source_words.empty(), "a sample has no source words");
  expect(sample.weights.empty() || sample.weights.size() == sample.target_words.size(),
         "{} rows of weights for {} words", sample.weights.size(), sample.target_words.size());
  for (const auto& row : sample.weights) {
    expect(row.size() == sample.source_words.size(), "{} weights for {} words", row.size(), sample.source_words.size());
    for (const double weight : row) expect(weight >= 0 && weight <= 1, "a weight is {}", weight);
  }
}

void run(std::string_view input) {
  const TrainingLog log = parse_training_log(input);
  check_order(log.batches);
  check_order(log.epochs);
  for (const BatchRecord& batch : log.batches)
    check_finite({batch.loss, batch.gradient_norm, batch.learning_rate, batch.tokens_per_second});
  for (const EpochRecord& epoch : log.epochs) {
    check_finite({epoch.loss, epoch.tokens_per_second, epoch.epoch_seconds, epoch.seconds});
    for (const auto& [name, number] : epoch.valid) check_finite({number});
  }

  const nmt::SampleLog samples = nmt::parse_samples(input);
  check_order(samples.epochs);
  for (const nmt::EpochSamples& epoch : samples.epochs)
    for (const nmt::SampleTranslation& sample : epoch.samples) check_sample(sample);
  const auto lines = static_cast<std::size_t>(std::ranges::count(input, '\n')) + 1;
  expect(log.batches.size() + log.epochs.size() + log.unreadable <= lines, "more records than lines");
  expect(samples.epochs.size() + samples.unreadable <= lines, "more samples than lines");
}

std::vector<std::string> seeds() {
  return {
      R"({"event":"batch","step":10,"epoch":1,"batch":10,"batches":40,"loss":3.5,"gradient_norm":1.25,"learning_rate":0.001,"tokens_per_second":12345.6}
{"event":"batch","step":20,"epoch":1,"batch":20,"batches":40,"loss":null,"gradient_norm":2}
{"event":"epoch","step":40,"epoch":1,"loss":2.5,"tokens_per_second":1e4,"epoch_seconds":12,"valid_loss":2.25,"valid_bleu":12.5,"valid_chrf":30,"valid_sentences":500,"seconds":60,"best":true}
{"event":"diverged","message":"the loss is nan"}
)",
      R"({"step":40,"epoch":1,"samples":[{"source":"Va !","reference":"Go.","translation":"go .","source_words":["va","!"],"target_words":["go","."],"weights":[[0.5,0.5],[1,0]]}]}
{"step":80,"epoch":2,"samples":[{"source_words":["va"],"target_words":["go"],"weights":[]}]}
)"};
}

std::vector<std::string> words() {
  return {
      "\"event\":\"batch\"", "\"event\":\"epoch\"", "\"step\":",     "\"epoch\":", "\"samples\":[", "\"weights\":[[",
      "\"source_words\":[",  "\"target_words\":[",  "\"best\":true", "\"loss\":",  "1e999",         "[[[[[[[["};
}

}  // namespace

const Harness harness{.run = run, .seeds = seeds, .words = words};

}  // namespace weft::fuzz
