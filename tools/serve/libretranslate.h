#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/base/error.h"
#include "models/nmt/search/translation.h"
#include "tools/serve/http_message.h"
#include "tools/serve/text_lines.h"

// The requests and answers of LibreTranslate's API (https://docs.libretranslate.com).

namespace weft::serve {

/// A request that cannot be answered: the HTTP status, and what to tell the client.
class RequestError : public Error {
 public:
  RequestError(int status, const std::string& message) : Error(message), status_(status) {}
  int status() const { return status_; }

 private:
  int status_;
};

/// A language that is translated from, and one that it is translated to: codes as in "fr".
struct LanguagePair {
  std::string source;
  std::string target;
  friend bool operator==(const LanguagePair&, const LanguagePair&) = default;
};

/// How sure it is, in percent, that a text is in a language.
struct Detection {
  std::string language;
  double confidence = 0;
};

/// What /translate is asked for.
struct TranslateRequest {
  std::vector<TextLines> texts;  ///< of `q`
  bool is_list = false;          ///< `q` is a list, so the answer is one
  std::string source;            ///< a code, or "auto"
  std::string target;
  bool with_attention = false;      ///< "attention": true, which only this server knows
  bool with_unknown_words = false;  ///< "unknown_words": true, likewise
  std::size_t alternatives = 0;     ///< how many translations are wanted beside the best

  bool detects() const { return source == "auto"; }
};

/// What a request may ask for.
struct RequestLimits {
  std::size_t characters = 5000;  ///< of all texts
  std::size_t alternatives = 5;
};

/// Reads a request's fields: those of a JSON body, or those of the query and of a form, by the content type. Throws
/// RequestError (400) that says what is wrong: no such type, no JSON, no UTF-8, a field that is missing or of the wrong
/// kind, a format that is not there, more than the limits allow.
TranslateRequest parse_translate_request(const HttpRequest& request, const RequestLimits& limits);

/// Likewise the texts that /detect is asked about; those of a list are joined by blanks.
std::string parse_detect_request(const HttpRequest& request, const RequestLimits& limits);

/// What is known of a text of a request, beside its translation.
struct AnsweredText {
  /// Of each line one, or the best and those that come next.
  std::span<const std::vector<nmt::Translation>> lines;
  Detection detected;                      ///< when it was asked for, as below
  std::vector<std::string> unknown_words;  ///< of the source
};

/// The answer as JSON, of the request's texts in their order:
///
///     {"translatedText": "..."}, or a list of texts when `q` was one
///     and when asked for: "detectedLanguage": {"confidence": 90.5, "language": "fr"},
///     "alternatives": ["...", ...] for each text, as many as were asked for, or fewer: no two are alike, and none is
///     the translation. The n-th has the n-th next translation of each line, or the line's last one if it has not so
///     many. "attention": [{"source": [...], "target": [...], "weights": [[of each source token] of each target
///     token]}, ...], one for each line; no weights of a model without attention. "unknownWords": ["..."]
std::string translate_answer(const TranslateRequest& request, const std::vector<AnsweredText>& texts);

/// {"error": message}
std::string error_answer(std::string_view message);
/// [{"code": "fr", "name": "French", "targets": ["en"]}, ...]: the sources, then what is only a target.
std::string languages_answer(std::span<const LanguagePair> pairs);
/// [{"confidence": 90.5, "language": "fr"}, ...]
std::string detect_answer(const std::vector<Detection>& detections);
/// What LibreTranslate's page and some of its clients ask for first.
std::string settings_answer(const LanguagePair& first, const RequestLimits& limits);

}  // namespace weft::serve
