#include "models/nmt/translator.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "graph/error.h"
#include "models/nmt/batches.h"
#include "models/nmt/model.h"

namespace weft::nmt {
namespace {

/// The compiled pair of graphs for one number of rows and one source length.
struct Search {
  Executable encoder;
  Executable step;
};

/// A sentence on its way.
struct Job {
  std::vector<std::int32_t> source;
  std::size_t index = 0;  ///< in the request
};

template <typename T>
void copy_into(const Executable& from, std::string_view output, const Executable& to, std::string_view input) {
  std::ranges::copy(from.output(output).as<T>(), to.input(input).as<T>().begin());
}

}  // namespace

struct Translator::Impl {
  Config config;
  const Vocabulary& source;
  const Vocabulary& target;
  std::shared_ptr<Variables> variables;
  TranslatorOptions options;
  std::shared_ptr<Arena> arena = std::make_shared<Arena>();
  std::map<std::pair<std::int64_t, std::int64_t>, Search> searches = {};

  Search& search(std::int64_t rows, std::int64_t source_length);
  void translate_batch(std::span<const Job> jobs, std::vector<Translation>& translations);
  std::int64_t length_limit(std::size_t source_length) const;
};

Search& Translator::Impl::search(std::int64_t rows, std::int64_t source_length) {
  const auto at = searches.find({rows, source_length});
  if (at != searches.end()) return at->second;
  CompileOptions compile_options;
  compile_options.variables = variables;
  compile_options.arena = arena;
  const auto make = [&](const Graph& graph) { return compile(graph, onednn_backend(), compile_options); };
  return searches
      .emplace(std::pair{rows, source_length}, Search{make(encoder_graph(config.model, rows, source_length)),
                                                      make(decoder_step_graph(config.model, rows, source_length))})
      .first->second;
}

std::int64_t Translator::Impl::length_limit(std::size_t source_length) const {
  return options.max_length > 0 ? options.max_length : 2 * static_cast<std::int64_t>(source_length) + 10;
}

/// Sentences of one length: encodes them, then steps until each has met <end> or its limit.
void Translator::Impl::translate_batch(std::span<const Job> jobs, std::vector<Translation>& translations) {
  const auto rows = static_cast<std::int64_t>(jobs.size());
  const std::size_t length = jobs.front().source.size();
  Search& compiled = search(rows, static_cast<std::int64_t>(length));
  const std::span<std::int32_t> ids = compiled.encoder.input("source").as<std::int32_t>();
  for (std::size_t row = 0; row < jobs.size(); ++row)
    std::ranges::copy(jobs[row].source, ids.begin() + static_cast<std::ptrdiff_t>(row * length));
  std::ranges::fill(compiled.encoder.input("source_lengths").as<std::int32_t>(), static_cast<std::int32_t>(length));
  std::ranges::fill(compiled.step.input("source_lengths").as<std::int32_t>(), static_cast<std::int32_t>(length));
  compiled.encoder.run();
  for (const char* name : {"values", "keys", "state"}) copy_into<float>(compiled.encoder, name, compiled.step, name);
  std::ranges::fill(compiled.step.input("token").as<std::int32_t>(), target.start_id());

  std::vector<bool> done(jobs.size(), false);
  std::size_t open = jobs.size();
  const std::int64_t limit = length_limit(length);
  for (std::int64_t step = 0; step <= limit && open > 0; ++step) {
    compiled.step.run();
    const std::span<const std::int32_t> next = compiled.step.output("next_token").as<std::int32_t>();
    const std::span<const float> weights = compiled.step.output("attention_weights").as<float>();
    for (std::size_t row = 0; row < jobs.size(); ++row) {
      if (done[row]) continue;
      Translation& translation = translations[jobs[row].index];
      const bool end = next[row] == target.end_id();
      if (!end && step == limit) continue;
      const auto attended = weights.subspan(row * length, length);
      translation.attention_weights.insert(translation.attention_weights.end(), attended.begin(), attended.end());
      translation.target_words.push_back(target.word(next[row]));
      if (end) {
        done[row] = true;
        --open;
      } else {
        translation.ids.push_back(next[row]);
      }
    }
    copy_into<std::int32_t>(compiled.step, "next_token", compiled.step, "token");
    copy_into<float>(compiled.step, "next_state", compiled.step, "state");
  }
}

Translator::Translator(const Config& config, const Vocabulary& source, const Vocabulary& target,
                       std::shared_ptr<Variables> variables, const TranslatorOptions& options)
    : impl_(new Impl{config, source, target, std::move(variables), options}) {
  require(options.batch >= 1, "a batch of {} sentences cannot be translated", options.batch);
}

Translator::~Translator() = default;

std::vector<Translation> Translator::translate(std::span<const std::string> sentences,
                                               const std::function<void(std::size_t)>& on_progress) {
  std::vector<Translation> translations(sentences.size());
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    const std::vector<std::string> words = tokens(sentences[i], impl_->config.normaliser);
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
  for (std::size_t first = 0; first < jobs.size();) {
    std::size_t last = first + 1;
    while (last < jobs.size() && last - first < static_cast<std::size_t>(impl_->options.batch) &&
           jobs[last].source.size() == jobs[first].source.size())
      ++last;
    impl_->translate_batch(std::span(jobs).subspan(first, last - first), translations);
    done += last - first;
    first = last;
    if (on_progress) on_progress(done);
  }
  for (Translation& translation : translations) translation.text = impl_->target.decode(translation.ids);
  return translations;
}

}  // namespace weft::nmt
