#include "models/nmt/search/translator.h"

#include <algorithm>
#include <cmath>

#include "graph/base/error.h"
#include "models/nmt/search/alignment.h"
#include "models/nmt/search/compiled_shapes.h"
#include "models/nmt/search/ensemble.h"
#include "models/nmt/search/forced_decoding.h"
#include "models/nmt/search/greedy_search.h"
#include "models/nmt/search/network_decoder.h"

namespace weft::nmt {
namespace {

/// The most source tokens in a batch, which bounds its memory: from some 128 tokens on, fewer sentences are translated
/// at once.
constexpr std::int64_t max_batch_tokens = 8192;

/// A sentence on its way.
struct Job {
  std::vector<std::int32_t> source;
  std::vector<std::int32_t> target;  ///< to be scored, with <end>; empty when it is to be found
  std::size_t index = 0;             ///< in the request
};

using Sources = std::vector<std::span<const std::int32_t>>;
using Found = std::vector<std::vector<Hypothesis>>;
using OnDone = std::function<void(std::size_t)>;

}  // namespace

struct Translator::Impl {
  const Vocabulary& source;
  const Vocabulary& target;
  TranslatorOptions options;
  std::vector<std::unique_ptr<CompiledShapes>> members;
  bool any_length = true;  ///< sources may be filled up with padding

  Impl(std::span<const Member> models, const Vocabulary& source_words, const Vocabulary& target_words,
       const TranslatorOptions& how)
      : source(source_words), target(target_words), options(how) {
    require(options.batch >= 1, "a batch of {} sentences cannot be translated", options.batch);
    require(options.beam.width >= 1, "a beam of {} cannot be searched with", options.beam.width);
    require(options.beam.n_best >= 1 && (options.sampling || options.beam.n_best <= options.beam.width),
            "a beam of {} cannot give {} translations", options.beam.width, options.beam.n_best);
    require(!models.empty(), "there is no model to translate with");
    if (!options.programs) options.programs = std::make_shared<ProgramCache>(options.program_memory);
    for (const Member& member : models) {
      members.push_back(
          std::make_unique<CompiledShapes>(member.model, member.variables, options.precision, options.programs));
      any_length = any_length && ignores_padding(member.model);
    }
  }

  /// The length that a source's graphs are compiled for.
  std::int64_t length_for(const Job& job) const {
    return any_length ? compiled_length(std::ssize(job.source)) : std::ssize(job.source);
  }

  SearchLimits limits(std::int64_t source_length) const {
    std::int64_t most = options.max_length;
    if (options.max_length_ratio > 0) {
      const double words = std::ceil(options.max_length_ratio * static_cast<double>(source_length - 2));
      const auto by_ratio = static_cast<std::int64_t>(std::clamp(words, 1.0, 1e9));
      most = most > 0 ? std::min(most, by_ratio) : by_ratio;
    }
    if (most == 0) most = 2 * source_length + 10;
    return {.start_token = target.start_id(), .end_token = target.end_id(), .max_tokens = most};
  }

  /// Rows that a search for one sentence may have at once.
  std::int64_t rows_per_sentence(const Job& job) const {
    if (!job.target.empty()) return 1;
    return options.sampling ? options.beam.n_best : options.beam.width;
  }

  bool is_greedy(const Job& job) const {
    return job.target.empty() && options.beam.width == 1 && !options.sampling && !options.probabilities &&
           members.size() == 1;
  }

  std::unique_ptr<SentenceSearch> search(const Job& job, std::uint64_t first_number) const {
    const SearchLimits within = limits(std::ssize(job.source));
    if (!job.target.empty()) return forced_decoding(within, job.target, options.beam.score);
    if (options.sampling)
      return sampling(within, *options.sampling, options.beam.score, options.beam.n_best, first_number + job.index);
    return beam_search(within, options.beam);
  }

  /// What is found for jobs whose sources' graphs are the same.
  Found find(std::span<const Job> jobs, std::uint64_t first_number, const OnDone& on_done) {
    Sources sources;
    for (const Job& job : jobs) sources.emplace_back(job.source);
    const std::int64_t length = length_for(jobs.front());
    const std::int64_t rows = rows_per_sentence(jobs.front());
    const std::int64_t batch = std::clamp<std::int64_t>(max_batch_tokens / length / rows, 1, options.batch);
    Found found;
    if (is_greedy(jobs.front())) {
      std::vector<SearchLimits> within;
      for (const Job& job : jobs) within.push_back(limits(std::ssize(job.source)));
      for (Hypothesis& hypothesis : greedy_search(*members.front(), sources, within, length, batch, on_done))
        found.push_back({std::move(hypothesis)});
      return found;
    }
    const std::int64_t open = std::min(batch, std::ssize(jobs));
    std::vector<std::unique_ptr<StepDecoder>> decoders;
    for (const auto& member : members) {
      decoders.push_back(network_decoder(*member, sources, length, compiled_rows(open, batch),
                                         compiled_rows(open * rows, batch * rows)));
    }
    const std::unique_ptr<StepDecoder> decoder =
        decoders.size() == 1 ? std::move(decoders.front()) : ensemble(std::move(decoders));
    std::vector<std::unique_ptr<SentenceSearch>> searches;
    for (const Job& job : jobs) searches.push_back(search(job, first_number));
    run_searches(*decoder, searches, static_cast<std::size_t>(open), on_done);
    for (const auto& each : searches) found.push_back(each->hypotheses());
    return found;
  }

  /// A translation of the source that `begun` has the words of.
  Translation translation(const Translation& begun, Hypothesis hypothesis) const {
    Translation translation = begun;
    for (const std::int32_t token : hypothesis.tokens) translation.target_words.push_back(target.word(token));
    translation.ids = std::move(hypothesis.tokens);
    if (hypothesis.ended) translation.ids.pop_back();
    translation.attention_weights = std::move(hypothesis.attention);
    translation.log_probabilities = std::move(hypothesis.log_probabilities);
    translation.log_probability = hypothesis.log_probability;
    translation.score = hypothesis.score;
    translation.words = options.replace_unknown ? target.tokeniser().words(with_unknown_replaced(translation))
                                                : target.decode(translation.ids);
    translation.text = target.tokeniser().text(translation.words);
    return translation;
  }

  /// Does the jobs, whose sentences' words `begun` holds; by the sentence.
  std::vector<std::vector<Translation>> run(std::vector<Job> jobs, const std::vector<Translation>& begun,
                                            std::uint64_t first_number, const OnDone& on_progress) {
    std::vector<std::vector<Translation>> translations(begun.size());
    std::size_t done = begun.size() - jobs.size();
    std::ranges::stable_sort(jobs, {}, [](const Job& job) { return job.source.size(); });
    for (auto first = jobs.begin(); first != jobs.end();) {
      const std::int64_t length = length_for(*first);
      const auto last = std::find_if(first, jobs.end(), [&](const Job& job) { return length_for(job) != length; });
      Found found = find({first, last}, first_number, [&](std::size_t more) {
        done += more;
        if (on_progress) on_progress(done);
      });
      for (auto of_sentence = found.begin(); first != last; ++first, ++of_sentence)
        for (Hypothesis& hypothesis : *of_sentence)
          translations[first->index].push_back(translation(begun[first->index], std::move(hypothesis)));
    }
    for (std::size_t i = 0; i < begun.size(); ++i)
      if (translations[i].empty()) translations[i].push_back(begun[i]);
    return translations;
  }

  /// Reads a source: its words for its translation, and its ids. No ids: there is no word beside <start> and <end>.
  std::vector<std::int32_t> read(const std::string& sentence, std::size_t number, Translation& begun) const {
    const std::vector<std::string> words = source.tokeniser().tokens(sentence);
    if (words.size() <= 2) return {};
    require(words.size() <= max_source_tokens, "sentence {} has {} tokens, at most {} can be translated; split it",
            number, words.size(), max_source_tokens);
    begun.source_words = words;
    std::vector<std::int32_t> ids = source.encode(words);
    note_unknown(words, ids, source, begun);
    return ids;
  }

  static void note_unknown(const std::vector<std::string>& words, std::span<const std::int32_t> ids,
                           const Vocabulary& vocabulary, Translation& begun) {
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (ids[i] == vocabulary.unknown_id()) begun.unknown_words.push_back(words[i]);
  }
};

Translator::Translator(const Config& config, const Vocabulary& source, const Vocabulary& target,
                       std::shared_ptr<Variables> variables, const TranslatorOptions& options)
    : Translator(std::vector{Member{config.model, std::move(variables)}}, source, target, options) {}

Translator::Translator(std::span<const Member> members, const Vocabulary& source, const Vocabulary& target,
                       const TranslatorOptions& options)
    : impl_(new Impl(members, source, target, options)) {}

Translator::~Translator() = default;

std::vector<Translation> Translator::translate(std::span<const std::string> sentences, const OnDone& on_progress) {
  std::vector<Translation> best;
  for (std::vector<Translation>& of_sentence : translate_n_best(sentences, 1, on_progress))
    best.push_back(std::move(of_sentence.front()));
  return best;
}

std::vector<std::vector<Translation>> Translator::translate_n_best(std::span<const std::string> sentences,
                                                                   std::uint64_t first_number,
                                                                   const OnDone& on_progress) {
  std::vector<Translation> begun(sentences.size());
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    std::vector<std::int32_t> source = impl_->read(sentences[i], i + 1, begun[i]);
    if (!source.empty()) jobs.push_back({std::move(source), {}, i});
  }
  return impl_->run(std::move(jobs), begun, first_number, on_progress);
}

std::vector<Translation> Translator::score(std::span<const std::string> sources, std::span<const std::string> targets) {
  require(sources.size() == targets.size(), "{} translations of {} sentences cannot be scored", targets.size(),
          sources.size());
  std::vector<Translation> begun(sources.size());
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    std::vector<std::int32_t> source = impl_->read(sources[i], i + 1, begun[i]);
    const std::vector<std::string> words = impl_->target.tokeniser().tokens(targets[i]);
    require(words.size() <= max_source_tokens, "translation {} has {} tokens, at most {} can be scored; split it",
            i + 1, words.size(), max_source_tokens);
    std::vector<std::int32_t> target = impl_->target.encode(words);
    Impl::note_unknown(words, target, impl_->target, begun[i]);
    target.erase(target.begin());  // <start>, which is given
    if (!source.empty()) jobs.push_back({std::move(source), std::move(target), i});
  }
  std::vector<Translation> scored;
  for (std::vector<Translation>& of_sentence : impl_->run(std::move(jobs), begun, 1, {}))
    scored.push_back(std::move(of_sentence.front()));
  return scored;
}

void Translator::profile_runs(bool on) {
  for (const auto& member : impl_->members) member->profile_runs(on);
}

ProfileByKind Translator::profile() const {
  ProfileByKind profile;
  for (const auto& member : impl_->members) member->add_to(profile);
  return profile;
}

ProgramMemory Translator::program_memory() const { return impl_->options.programs->memory(); }

}  // namespace weft::nmt
