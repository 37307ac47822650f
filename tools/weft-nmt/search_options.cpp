#include "tools/weft-nmt/search_options.h"

#include <fmt/format.h>

#include <cmath>

#include "graph/base/error.h"
#include "tools/weft-nmt/precision_option.h"
#include "tools/weft-nmt/program_memory_option.h"
#include "tools/weft-nmt/threads_option.h"

namespace weft::nmt {
namespace {

/// Throws UsageError unless the number is finite and at least 0 (or more than 0).
void check_number(std::string_view option, double number, bool zero_allowed) {
  if (std::isfinite(number) && (number > 0 || (zero_allowed && number == 0))) return;
  throw tool::UsageError(fmt::format("{} is {}, it must be {}", option, number,
                                     zero_allowed ? "0 or a positive number" : "a positive number"));
}

tool::Option add_number(const tool::Command& command, const std::string& name, double& number, bool zero_allowed,
                        std::string_view value, std::string_view help) {
  const std::string shown = fmt::format("{}", number);
  return command
      .on_number(
          name,
          [name, &number, zero_allowed](const double& given) {
            check_number(name, given, zero_allowed);
            number = given;
          },
          help)
      .value(value)
      .show_default(shown);
}

void check_same_words(const TrainedModel& first, const TrainedModel& other, std::string_view side,
                      const Vocabulary& words, const Vocabulary& other_words) {
  const auto describe = [&](const std::string& difference) {
    fail(
        "'{}' and '{}' cannot translate together: their {} vocabularies differ ({}); train them on the same pairs with "
        "the same --vocabulary-limit, --subwords and --subword-model",
        first.run.path().string(), other.run.path().string(), side, difference);
  };
  if (words.size() != other_words.size()) describe(fmt::format("{} and {} words", words.size(), other_words.size()));
  for (std::int32_t id = 0; id < static_cast<std::int32_t>(words.size()); ++id) {
    if (words.word(id) != other_words.word(id))
      describe(fmt::format("word {} is '{}' and '{}'", id, words.word(id), other_words.word(id)));
  }
  // Models with the same pieces may still cut words into them differently.
  const auto subwords = [](const Vocabulary& vocabulary) {
    const SubwordModel* model = vocabulary.tokeniser().subwords();
    return model == nullptr ? std::string() : model->bytes();
  };
  if (subwords(words) != subwords(other_words)) describe("the pieces are the same, the subword models are not");
}

}  // namespace

void add_batch_option(const tool::Command& command, std::int64_t& batch, std::string_view help) {
  command.option("--batch", batch, help).between(1, 4096).value("N").show_default();
}

void add_search_options(const tool::Command& command, TranslatorOptions& options) {
  options.beam.score.length_penalty = default_length_penalty;
  command
      .option("--beam", options.beam.width,
              "Beginnings of translations to follow at once; 1: the best next word each time (greedy)")
      .between(1, 100)
      .value("N")
      .show_default();
  add_number(command, "--length-penalty", options.beam.score.length_penalty, true, "A",
             "Rank translations by log P / ((5 + length) / 6)^A; 0: by log P, which favours short ones");
  add_number(command, "--coverage-penalty", options.beam.score.coverage_penalty, true, "B",
             "Weight in the rank of source words that got little attention; 0: none");
  command
      .option("--max-length", options.max_length,
              "Longest translation, in tokens; 0: twice the sentence's and ten more")
      .between(0, 100'000)
      .value("N")
      .show_default();
  add_number(command, "--max-length-ratio", options.max_length_ratio, true, "R",
             "Longest translation, in tokens for each word of the sentence, rounded up; 0: any");
  command.flag("--replace-unknown", options.replace_unknown,
               "In place of <unk>, write the source word that it drew from most");
  add_batch_option(command, options.batch, "Sentences to translate at once; changes no translation");
  add_precision_option(command, options.precision);
  add_program_memory_option(command, options.program_memory);
}

std::string describe(const TranslatorOptions& options) {
  if (options.beam.width == 1) return "greedy";
  const ScoreOptions& score = options.beam.score;
  std::string text = fmt::format("beam {}", options.beam.width);
  if (score.length_penalty > 0) text += fmt::format(", length penalty {}", score.length_penalty);
  if (score.coverage_penalty > 0) text += fmt::format(", coverage penalty {}", score.coverage_penalty);
  return text;
}

void add_sample_options(const tool::Command& command, SampleOptions& options) {
  const tool::Option sample =
      command.flag("--sample", options.sample, "Draw translations at random, in place of searching for the best");
  add_number(command, "--temperature", options.sampling.temperature, false, "T",
             "With --sample: below 1, probable words become more probable, above 1 less")
      .needs(sample);
  command.option("--top-k", options.sampling.top_k, "With --sample: draw from the K best words alone; 0: from all")
      .between(0, 1'000'000)
      .value("K")
      .show_default()
      .needs(sample);
  command.option("--seed", options.sampling.seed, "With --sample: equal seeds draw equal translations")
      .value("N")
      .show_default()
      .needs(sample);
}

void add_ensemble_options(const tool::Command& command, EnsembleOptions& options) {
  command
      .option("--run", options.runs,
              "The run directory that `weft-nmt train` made; several, each with --run, translate together")
      .required()
      .one_at_a_time()
      .value("DIR");
  add_checkpoint_options(command, options.checkpoint);
}

Translator LoadedEnsemble::translator(const TranslatorOptions& options) const {
  std::vector<Member> members;
  for (const TrainedModel& model : models) members.push_back({model.run.config().model, model.weights});
  const RunDirectory& run = first().run;
  return Translator(members, run.source(), run.target(), options);
}

LoadedEnsemble load_ensemble(const EnsembleOptions& options) {
  LoadedEnsemble ensemble;
  for (const std::string& run : options.runs) {
    TrainedModel model = load_model({run, options.checkpoint});
    if (!ensemble.models.empty()) {
      const TrainedModel& first = ensemble.first();
      require(model.run.config().normaliser == first.run.config().normaliser,
              "'{}' and '{}' cannot translate together: their normalisers differ ({} and {})",
              first.run.path().string(), model.run.path().string(), normaliser_name(first.run.config().normaliser),
              normaliser_name(model.run.config().normaliser));
      check_same_words(first, model, "source", first.run.source(), model.run.source());
      check_same_words(first, model, "target", first.run.target(), model.run.target());
    }
    ensemble.models.push_back(std::move(model));
  }
  return ensemble;
}

}  // namespace weft::nmt
