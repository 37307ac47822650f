#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "graph/error.h"
#include "models/nmt/translator.h"

// The requests and answers of LibreTranslate's API (https://libretranslate.com/docs), French to English.

namespace weft::nmt {

/// A request that cannot be answered: the HTTP status, and what to tell the client.
class RequestError : public Error {
 public:
  RequestError(int status, const std::string& message) : Error(message), status_(status) {}
  int status() const { return status_; }

 private:
  int status_;
};

/// What POST /translate asks for.
struct TranslateRequest {
  /// The lines of each text of `q`; each line is translated by itself.
  std::vector<std::vector<std::string>> texts;
  bool is_list = false;          ///< `q` is a list, so the answer is one
  bool detects = false;          ///< `source` is "auto"
  bool with_attention = false;   ///< "attention": true, which only this server knows
  std::size_t alternatives = 0;  ///< how many translations are wanted beside the best
};

/// What a request may ask for.
struct RequestLimits {
  std::size_t characters = 5000;  ///< of all texts
  std::size_t alternatives = 5;
};

/// Reads a body, JSON or a form by its content type. Throws RequestError (400) that says what is wrong: no such type,
/// no JSON, no UTF-8, a field that is missing or of the wrong kind, a language or format that is not there, more than
/// the limits allow.
TranslateRequest parse_translate_request(std::string_view content_type, const std::string& body,
                                         const RequestLimits& limits);

/// The answer as JSON. `translations` are of all lines, text by text; of each line one, or the best and those that come
/// next:
///
///     {"translatedText": "..."}, or a list of texts when `q` was one
///     and when asked for: "detectedLanguage",
///     "alternatives": ["...", ...] for each text, as many as were asked for, or fewer: no two are alike, and none is
///     the translation. The n-th has the n-th next translation of each line, or the line's last one if it has not so
///     many. "attention": [{"source": [...], "target": [...], "weights": [[of each source token] of each target
///     token]},
///     ...], one for each line; no weights of a model without attention
std::string translate_answer(const TranslateRequest& request,
                             const std::vector<std::vector<Translation>>& translations);

/// {"error": message}
std::string error_answer(std::string_view message);
/// [{"code": "fr", "name": "French", "targets": ["en"]}, ...]
std::string languages_answer();
/// {"status": "ok"}
std::string health_answer();

}  // namespace weft::nmt
