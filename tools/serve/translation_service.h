#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "models/nmt/text/vocabulary.h"
#include "tools/serve/http_router.h"
#include "tools/serve/libretranslate.h"
#include "tools/serve/translation_queue.h"

namespace weft::serve {

/// A trained run as the service sees it.
struct ServedRun {
  LanguagePair languages;
  const nmt::Vocabulary* source = nullptr;
  const nmt::Vocabulary* target = nullptr;
};

struct ServiceLimits {
  RequestLimits request;
  std::size_t sentences = 1024;  ///< lines of a request: that may wait at all
};

/// LibreTranslate's API over several runs: which request is translated by which of them, and with what answer.
class TranslationService {
 public:
  /// As TranslationQueue::submit, where a sentence's pair is the place of its run.
  using Submit = std::function<bool(std::vector<QueuedSentence> sentences, TranslationsDone done)>;

  /// The vocabularies must live as long as the service. Throws Error when two runs have the same languages.
  TranslationService(std::vector<ServedRun> runs, const ServiceLimits& limits, Submit submit);

  /// Adds /translate, /detect, /languages and /frontend/settings. The service must live as long as the router.
  void add_to(HttpRouter& router) const;

 private:
  void translate(const HttpRequest& request, const HttpRouter::Reply& reply) const;
  HttpAnswer detect(const HttpRequest& request) const;
  std::size_t run_for(const LanguagePair& languages) const;
  Detection detect_source(const TextLines& text, const std::string& target) const;
  void check_lines(const TranslateRequest& request, const std::vector<std::size_t>& runs) const;

  std::vector<ServedRun> runs_;
  std::vector<LanguagePair> pairs_;  ///< of the runs
  ServiceLimits limits_;
  Submit submit_;
};

}  // namespace weft::serve
