#include "tools/serve/translation_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <span>

#include "graph/base/error.h"
#include "graph/base/joined.h"
#include "graph/base/json_value.h"
#include "graph/base/quote.h"
#include "models/nmt/search/translator.h"
#include "tools/serve/known_words.h"

namespace weft::serve {
namespace {

std::string name_of(const LanguagePair& languages) { return languages.source + " to " + languages.target; }

std::string joined_lines(const TextLines& text) { return joined(text.lines, " "); }

HttpAnswer answer_of(const std::function<HttpAnswer()>& answer) {
  try {
    return answer();
  } catch (const RequestError& error) {
    return {.status = error.status(), .body = error_answer(error.what())};
  }
}

}  // namespace

TranslationService::TranslationService(std::vector<ServedRun> runs, const ServiceLimits& limits, Submit submit)
    : runs_(std::move(runs)), limits_(limits), submit_(std::move(submit)) {
  for (const ServedRun& run : runs_) {
    require(std::ranges::find(pairs_, run.languages) == pairs_.end(), "two runs translate {}: which is to be asked?",
            name_of(run.languages));
    pairs_.push_back(run.languages);
  }
}

void TranslationService::add_to(HttpRouter& router) const {
  router.add_later("POST", "/translate",
                   [this](const HttpRequest& request, const HttpRouter::Reply& reply) { translate(request, reply); });
  const auto detects = [this](const HttpRequest& request) { return answer_of([&] { return detect(request); }); };
  router.add("GET", "/detect", detects);
  router.add("POST", "/detect", detects);
  const auto fixed = [&router](const std::string& path, std::string body) {
    router.add("GET", path, [body = std::move(body)](const HttpRequest&) { return HttpAnswer{.body = body}; });
  };
  fixed("/languages", languages_answer(pairs_));
  fixed("/frontend/settings", settings_answer(pairs_.front(), limits_.request));
}

/// The run that translates these languages.
std::size_t TranslationService::run_for(const LanguagePair& languages) const {
  const auto at = std::ranges::find(pairs_, languages);
  if (at != pairs_.end()) return static_cast<std::size_t>(at - pairs_.begin());
  constexpr std::size_t longest = 40;
  std::vector<std::string> served;
  for (const LanguagePair& pair : pairs_) served.push_back(name_of(pair));
  throw RequestError(400, fmt::format("Invalid request: {} to {} is not supported; there is {}",
                                      Json(excerpt(languages.source, longest)).dump(),
                                      Json(excerpt(languages.target, longest)).dump(), joined(served, ", ")));
}

/// The likeliest of the languages that can be translated to that one.
Detection TranslationService::detect_source(const TextLines& text, const std::string& target) const {
  std::vector<std::pair<std::string, const nmt::Vocabulary*>> sources;
  for (const ServedRun& run : runs_)
    if (run.languages.target == target) sources.emplace_back(run.languages.source, run.source);
  if (sources.empty()) run_for({"auto", target});
  return detect_language(sources, joined_lines(text)).front();
}

HttpAnswer TranslationService::detect(const HttpRequest& request) const {
  std::vector<std::pair<std::string, const nmt::Vocabulary*>> vocabularies;
  for (const ServedRun& run : runs_) vocabularies.emplace_back(run.languages.source, run.source);
  for (const ServedRun& run : runs_) vocabularies.emplace_back(run.languages.target, run.target);
  return {.body = detect_answer(detect_language(vocabularies, parse_detect_request(request, limits_.request)))};
}

void TranslationService::check_lines(const TranslateRequest& request, const std::vector<std::size_t>& runs) const {
  std::size_t line = 0;
  for (std::size_t i = 0; i < request.texts.size(); ++i) {
    const nmt::Tokeniser& tokeniser = runs_[runs[i]].source->tokeniser();
    for (const std::string& sentence : request.texts[i].lines) {
      ++line;
      const std::size_t count = tokeniser.tokens(sentence).size();
      if (count > nmt::max_source_tokens)
        throw RequestError(400, fmt::format("Invalid request: line {} has {} tokens, at most {} can be translated; "
                                            "split it",
                                            line, count, nmt::max_source_tokens));
    }
  }
}

void TranslationService::translate(const HttpRequest& http, const HttpRouter::Reply& reply) const {
  struct Asked {
    TranslateRequest request;
    std::vector<AnsweredText> texts;
  };
  const auto asked = std::make_shared<Asked>();
  std::vector<QueuedSentence> sentences;
  try {
    asked->request = parse_translate_request(http, limits_.request);
    const TranslateRequest& request = asked->request;
    std::size_t lines = 0;
    for (const TextLines& text : request.texts) lines += text.lines.size();
    if (lines > limits_.sentences)
      throw RequestError(413, fmt::format("Invalid request: it has {} lines, at most {} can be translated at once",
                                          lines, limits_.sentences));
    if (!request.detects()) run_for({request.source, request.target});
    std::vector<std::size_t> runs;
    for (const TextLines& text : request.texts) {
      AnsweredText& answered = asked->texts.emplace_back();
      if (request.detects()) answered.detected = detect_source(text, request.target);
      runs.push_back(run_for({request.detects() ? answered.detected.language : request.source, request.target}));
      if (request.with_unknown_words)
        answered.unknown_words = unknown_words(*runs_[runs.back()].source, joined_lines(text));
    }
    check_lines(request, runs);
    for (std::size_t i = 0; i < request.texts.size(); ++i)
      for (const std::string& line : request.texts[i].lines)
        sentences.push_back({line, runs[i], request.alternatives > 0});
  } catch (const RequestError& error) {
    return reply({.status = error.status(), .body = error_answer(error.what())});
  }

  const bool is_taken = submit_(std::move(sentences),
                                [asked, reply](const Translations& translations, const std::exception_ptr& failure) {
                                  reply([&]() -> HttpAnswer {
                                    try {
                                      if (failure) std::rethrow_exception(failure);
                                      std::span<const std::vector<nmt::Translation>> rest = translations;
                                      for (std::size_t i = 0; i < asked->texts.size(); ++i) {
                                        const std::size_t count = asked->request.texts[i].lines.size();
                                        asked->texts[i].lines = rest.first(count);
                                        rest = rest.subspan(count);
                                      }
                                      return {.body = translate_answer(asked->request, asked->texts)};
                                    } catch (const std::exception& error) {
                                      return {.status = 500, .body = error_answer(error.what())};
                                    }
                                  }());
                                });
  if (!is_taken)
    reply({.status = 429, .body = error_answer("Slow down: too many sentences wait to be translated; try again soon")});
}

}  // namespace weft::serve
