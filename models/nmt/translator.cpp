#include "models/nmt/translator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <map>
#include <optional>

#include "graph/error.h"
#include "models/nmt/batches.h"
#include "models/nmt/model.h"

namespace weft::nmt {
namespace {

constexpr std::array precision_names{std::pair{Precision::f32, "f32"}, std::pair{Precision::bf16, "bf16"},
                                     std::pair{Precision::int8, "int8"}};

/// The most source tokens in a batch, which bounds its memory: from some 128 tokens on, fewer sentences are translated
/// at once.
constexpr std::int64_t kMaxBatchTokens = 8192;

/// A sentence on its way.
struct Job {
  std::vector<std::int32_t> source;
  std::size_t index = 0;  ///< in the request
};

/// The compiled graphs, made when they are asked for.
class Shapes {
 public:
  Shapes(const ModelConfig& model, std::shared_ptr<Variables> variables, Precision precision) : model_(model) {
    options_.variables = std::move(variables);
    options_.arena = std::make_shared<Arena>();
    if (precision != Precision::f32) {
      options_.extra_passes = {fmt::format("{}-weights", to_string(precision))};
      options_.disabled_passes = {"fuse-embedding"};  // its products would keep their float32 weights
    }
  }

  Executable& encoder(std::int64_t rows, std::int64_t length) { return find(encoders_, encoder_graph, rows, length); }
  Executable& step(std::int64_t rows, std::int64_t length) { return find(steps_, decoder_step_graph, rows, length); }

  void profile_runs(bool on) {
    profiled_ = on;
    for (auto* shapes : {&encoders_, &steps_})
      for (auto& [shape, executable] : *shapes) executable.profile_runs(on);
  }
  ProfileByKind profile() const {
    ProfileByKind profile;
    for (const auto* shapes : {&encoders_, &steps_})
      for (const auto& [shape, executable] : *shapes) profile.add(executable.profile());
    return profile;
  }

 private:
  using ByShape = std::map<std::pair<std::int64_t, std::int64_t>, Executable>;  ///< rows, source length
  using MakeGraph = Graph(const ModelConfig&, std::int64_t, std::int64_t);

  Executable& find(ByShape& shapes, MakeGraph* make, std::int64_t rows, std::int64_t length) {
    const auto at = shapes.find({rows, length});
    if (at != shapes.end()) return at->second;
    Executable executable = compile(make(model_, rows, length), onednn_backend(), options_);
    executable.profile_runs(profiled_);
    return shapes.emplace(std::pair{rows, length}, std::move(executable)).first->second;
  }

  ModelConfig model_;
  CompileOptions options_;
  ByShape encoders_;
  ByShape steps_;
  bool profiled_ = false;
};

/// The first rows of a tensor, as an executable for so many rows has them.
TensorView first_rows(Tensor& tensor, std::int64_t rows) {
  return {{tensor.dtype(), tensor.shape().with(0, rows)}, tensor.bytes().data()};
}

/// What the encoder makes of each row, and the decoder reads: the executables work on it in place.
struct EncodedRows {
  Tensor values;
  Tensor keys;
  Tensor state;

  EncodedRows(std::int64_t rows, std::int64_t length, std::int64_t units)
      : values({DType::f32, {rows, length, units}}),
        keys({DType::f32, {rows, length, units}}),
        state({DType::f32, {rows, units}}) {}

  void copy_row(std::int64_t to, const EncodedRows& other, std::int64_t from) {
    const auto copy = [&](Tensor& target, const Tensor& source) {
      const auto bytes = source.bytes().size() / static_cast<std::size_t>(source.shape()[0]);
      std::memcpy(target.bytes().data() + static_cast<std::size_t>(to) * bytes,
                  source.bytes().data() + static_cast<std::size_t>(from) * bytes, bytes);
    };
    copy(values, other.values);
    copy(keys, other.keys);
    copy(state, other.state);
  }
};

/// What a search is asked for, beside the sentences.
struct SearchSettings {
  const Vocabulary& target;
  std::int64_t units;
  std::int64_t batch;
  std::int64_t limit;  ///< tokens of a translation
};

/// Translates sentences of one length. Up to `batch` of them are in as many rows; those that wait are encoded, a batch
/// at a time, before the rows that they will take are free.
class Search {
 public:
  Search(Shapes& shapes, const SearchSettings& settings, std::span<const Job> jobs,
         std::vector<Translation>& translations)
      : shapes_(shapes),
        settings_(settings),
        waiting_(jobs),
        translations_(translations),
        length_(std::ssize(jobs.front().source)),
        capacity_(std::min(settings.batch, std::ssize(jobs))),
        slots_(static_cast<std::size_t>(capacity_)),
        rows_(compiled_rows(capacity_), length_, settings.units),
        encoded_(compiled_rows(capacity_), length_, settings.units),
        tokens_({DType::i32, {compiled_rows(capacity_)}}) {}

  /// Until all are done; `on_done` is told how many more are.
  template <typename OnDone>
  void run(const OnDone& on_done) {
    for (fill(); open_ > 0; fill()) {
      shrink();
      const std::int64_t before = open_;
      step();
      if (open_ < before) on_done(before - open_);
    }
  }

 private:
  struct Slot {
    const Job* job = nullptr;  ///< null: the row is free
    std::int64_t steps = 0;
  };

  /// Graphs are compiled for powers of two and for whole batches: rows beside those in use cost their arithmetic.
  std::int64_t compiled_rows(std::int64_t rows) const {
    return std::min(settings_.batch, static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(rows))));
  }

  /// Gives sentences to the free rows.
  void fill() {
    while (open_ < capacity_) {
      if (next_encoded_ == encoded_jobs_.size()) {
        if (waiting_.empty()) return;
        encode();
      }
      if (open_ == 0) {  // All rows are free: the encoded ones take their place as they are.
        std::swap(rows_, encoded_);
        for (std::size_t row = 0; row < slots_.size(); ++row)
          slots_[row] = {row < encoded_jobs_.size() ? encoded_jobs_[row] : nullptr, 0};
        std::ranges::fill(tokens_.as<std::int32_t>(), settings_.target.start_id());
        open_ = std::ssize(encoded_jobs_);
        next_encoded_ = encoded_jobs_.size();
        continue;
      }
      const auto slot = std::ranges::find(slots_, nullptr, &Slot::job);
      const auto row = static_cast<std::int64_t>(slot - slots_.begin());
      rows_.copy_row(row, encoded_, static_cast<std::int64_t>(next_encoded_));
      tokens_.as<std::int32_t>()[static_cast<std::size_t>(row)] = settings_.target.start_id();
      *slot = {encoded_jobs_[next_encoded_++], 0};
      ++open_;
    }
  }

  void encode() {
    const std::span<const Job> jobs = waiting_.first(std::min(waiting_.size(), slots_.size()));
    waiting_ = waiting_.subspan(jobs.size());
    const std::int64_t rows = compiled_rows(std::ssize(jobs));
    Executable& encoder = shapes_.encoder(rows, length_);
    const std::span<std::int32_t> ids = encoder.input("source").as<std::int32_t>();
    auto to = ids.begin();
    for (const Job& job : jobs) to = std::ranges::copy(job.source, to).out;
    std::ranges::fill(encoder.input("source_lengths").as<std::int32_t>(), static_cast<std::int32_t>(length_));
    encoder.bind_output("values", first_rows(encoded_.values, rows));
    encoder.bind_output("keys", first_rows(encoded_.keys, rows));
    encoder.bind_output("state", first_rows(encoded_.state, rows));
    encoder.run();
    encoded_jobs_.clear();
    for (const Job& job : jobs) encoded_jobs_.push_back(&job);
    next_encoded_ = 0;
  }

  /// When fewer rows would do, moves those behind them into free ones.
  void shrink() {
    const std::int64_t rows = compiled_rows(open_);
    auto free = slots_.begin();
    for (auto slot = slots_.begin() + std::min(rows, capacity_); slot != slots_.end(); ++slot) {
      if (slot->job == nullptr) continue;
      free = std::ranges::find(free, slots_.end(), nullptr, &Slot::job);
      const auto to = free - slots_.begin();
      const auto from = slot - slots_.begin();
      rows_.copy_row(to, rows_, from);
      const std::span<std::int32_t> tokens = tokens_.as<std::int32_t>();
      tokens[static_cast<std::size_t>(to)] = tokens[static_cast<std::size_t>(from)];
      std::swap(*free, *slot);
    }
    bind(shapes_.step(rows, length_), rows);
  }

  /// The token and the state that a step makes are where the next one reads them.
  void bind(Executable& step, std::int64_t rows) {
    if (step_ == &step && bound_to_ == rows_.state.bytes().data()) return;
    step.bind_input("values", first_rows(rows_.values, rows));
    step.bind_input("keys", first_rows(rows_.keys, rows));
    step.bind_input("state", first_rows(rows_.state, rows));
    step.bind_output("next_state", first_rows(rows_.state, rows));
    step.bind_input("token", first_rows(tokens_, rows));
    step.bind_output("next_token", first_rows(tokens_, rows));
    std::ranges::fill(step.input("source_lengths").as<std::int32_t>(), static_cast<std::int32_t>(length_));
    step_ = &step;
    bound_to_ = rows_.state.bytes().data();
  }

  void step() {
    step_->run();
    const std::span<const std::int32_t> tokens = tokens_.as<std::int32_t>();
    const std::span<const float> weights = step_->output("attention_weights").as<float>();
    for (std::size_t row = 0; row < slots_.size(); ++row) {
      Slot& slot = slots_[row];
      if (slot.job == nullptr) continue;
      const auto length = static_cast<std::size_t>(length_);
      if (take(slot, tokens[row], weights.subspan(row * length, length))) continue;
      slot.job = nullptr;
      --open_;
    }
  }

  /// Appends a token to the slot's translation. Returns whether there is more to come.
  bool take(Slot& slot, std::int32_t token, std::span<const float> attended) const {
    const bool end = token == settings_.target.end_id();
    if (!end && slot.steps == settings_.limit) return false;
    Translation& translation = translations_[slot.job->index];
    translation.attention_weights.insert(translation.attention_weights.end(), attended.begin(), attended.end());
    translation.target_words.push_back(settings_.target.word(token));
    if (!end) translation.ids.push_back(token);
    ++slot.steps;
    return !end;
  }

  Shapes& shapes_;
  SearchSettings settings_;
  std::span<const Job> waiting_;
  std::vector<Translation>& translations_;
  std::int64_t length_;
  std::int64_t capacity_;
  std::vector<Slot> slots_;
  std::int64_t open_ = 0;  ///< slots with a job
  EncodedRows rows_;
  EncodedRows encoded_;
  std::vector<const Job*> encoded_jobs_;  ///< of the rows of encoded_
  std::size_t next_encoded_ = 0;
  Tensor tokens_;
  Executable* step_ = nullptr;
  const std::byte* bound_to_ = nullptr;
};

}  // namespace

std::string_view to_string(Precision precision) {
  return std::ranges::find(precision_names, precision, &decltype(precision_names)::value_type::first)->second;
}

Precision parse_precision(std::string_view name) {
  for (const auto& [precision, of_precision] : precision_names)
    if (name == of_precision) return precision;
  fail("unknown precision '{}': one of f32, bf16, int8 is needed", name);
}

struct Translator::Impl {
  Config config;
  const Vocabulary& source;
  const Vocabulary& target;
  TranslatorOptions options;
  Shapes shapes;

  SearchSettings search_settings(std::int64_t source_length) const {
    return {.target = target,
            .units = config.model.units,
            .batch = std::clamp<std::int64_t>(kMaxBatchTokens / source_length, 1, options.batch),
            .limit = options.max_length > 0 ? options.max_length : 2 * source_length + 10};
  }
};

Translator::Translator(const Config& config, const Vocabulary& source, const Vocabulary& target,
                       std::shared_ptr<Variables> variables, const TranslatorOptions& options)
    : impl_(new Impl{config, source, target, options, Shapes(config.model, std::move(variables), options.precision)}) {
  require(options.batch >= 1, "a batch of {} sentences cannot be translated", options.batch);
}

Translator::~Translator() = default;

std::vector<Translation> Translator::translate(std::span<const std::string> sentences,
                                               const std::function<void(std::size_t)>& on_progress) {
  std::vector<Translation> translations(sentences.size());
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    const std::vector<std::string> words = impl_->source.tokeniser().tokens(sentences[i]);
    if (words.size() <= 2) continue;  // <start> and <end> alone
    require(words.size() <= kMaxSourceTokens, "sentence {} has {} tokens, at most {} can be translated; split it",
            i + 1, words.size(), kMaxSourceTokens);
    translations[i].source_words = words;
    jobs.push_back({impl_->source.encode(words), i});
    translations[i].unknown_words =
        static_cast<std::size_t>(std::ranges::count(jobs.back().source, impl_->source.unknown_id()));
  }
  std::ranges::stable_sort(jobs, {}, [](const Job& job) { return job.source.size(); });

  std::size_t done = sentences.size() - jobs.size();
  for (auto first = jobs.begin(); first != jobs.end();) {
    const std::size_t length = first->source.size();
    const auto last = std::find_if(first, jobs.end(), [&](const Job& job) { return job.source.size() != length; });
    Search search(impl_->shapes, impl_->search_settings(static_cast<std::int64_t>(length)), {first, last},
                  translations);
    search.run([&](std::int64_t more) {
      done += static_cast<std::size_t>(more);
      if (on_progress) on_progress(done);
    });
    first = last;
  }
  for (Translation& translation : translations) {
    translation.words = impl_->target.decode(translation.ids);
    translation.text = impl_->target.tokeniser().text(translation.words);
  }
  return translations;
}

void Translator::profile_runs(bool on) { impl_->shapes.profile_runs(on); }

ProfileByKind Translator::profile() const { return impl_->shapes.profile(); }

}  // namespace weft::nmt
