#include "tools/serve/libretranslate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "graph/base/json_parse.h"
#include "graph/base/json_value.h"
#include "graph/base/number_text.h"
#include "graph/base/quote.h"
#include "models/nmt/search/attention_json.h"
#include "models/nmt/text/language.h"
#include "models/nmt/text/utf8.h"
#include "tools/serve/form.h"

namespace weft::serve {
namespace {

using nlohmann::json;  // requests; answers are weft::Json
using nmt::Translation;

constexpr std::size_t shown_bytes = 60;  // bytes of a value that a message shows

template <typename... Arguments>
[[noreturn]] void refuse(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  throw RequestError(400, "Invalid request: " + fmt::format(format, std::forward<Arguments>(arguments)...));
}

// ---- Fields.

/// Adds fields of a form, whose values are texts; a field that is there several times is a list.
void add_fields(json& fields, FormFields form) {
  for (auto& [name, value] : form) {
    json& slot = fields[name];
    if (slot.is_null()) {
      slot = std::move(value);
    } else if (slot.is_array()) {
      slot.push_back(std::move(value));
    } else {
      slot = json::array({std::move(slot), std::move(value)});
    }
  }
}

/// "application/json" of "Application/JSON; charset=utf-8".
std::string media_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  std::erase(type, ' ');
  std::ranges::transform(type, type.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return type;
}

json fields_of(const HttpRequest& request) {
  const std::string_view content_type = request.header("content-type");
  const std::string type = media_type(content_type);
  try {
    if (type == "application/json") {
      json fields = parse_json(request.body);
      require(fields.is_object(), "it is no JSON object");
      return fields;
    }
    json fields = json::object();
    add_fields(fields, parse_urlencoded(request.query));
    if (type == "application/x-www-form-urlencoded") {
      add_fields(fields, parse_urlencoded(request.body));
    } else if (type == "multipart/form-data") {
      add_fields(fields, parse_multipart(content_type, request.body));
    } else if (!request.body.empty()) {
      fail(
          "its content type is {}, it must be application/json, application/x-www-form-urlencoded or "
          "multipart/form-data",
          Json(excerpt(type, shown_bytes)).dump());
    }
    return fields;
  } catch (const Error& error) {
    refuse("the body cannot be read: {}", error.what());
  }
}

/// A field that is a text; nothing when it is missing.
std::optional<std::string> text_field(const json& fields, const char* name) {
  const auto at = fields.find(name);
  if (at == fields.end() || at->is_null()) return std::nullopt;
  if (!at->is_string()) refuse("'{}' must be a string", name);
  return at->get<std::string>();
}

std::string needed_field(const json& fields, const char* name) {
  auto text = text_field(fields, name);
  if (!text || text->empty()) refuse("missing {} parameter", name);
  return *text;
}

/// "true" in a form, true in JSON.
bool switched_on(const json& fields, const char* name) {
  const auto at = fields.find(name);
  return at != fields.end() && (*at == true || *at == "true");
}

/// A whole number from 0, as a number or, as in a form, in digits; 0 when it is missing.
std::size_t count_field(const json& fields, const char* name, std::size_t most) {
  const auto at = fields.find(name);
  if (at == fields.end() || at->is_null()) return 0;
  std::optional<std::int64_t> count;
  if (at->is_string()) count = parse_integer(at->get_ref<const std::string&>());
  if (at->is_number_integer()) count = at->get<std::int64_t>();
  if (!count || *count < 0 || std::cmp_greater(*count, most))
    refuse("'{}' is {}, it must be a whole number from 0 to {}", name,
           excerpt(at->dump(-1, ' ', false, json::error_handler_t::replace), shown_bytes), most);
  return static_cast<std::size_t>(*count);
}

/// The texts of `q`, which are UTF-8 and not too long.
std::vector<std::string> texts_of(const json& fields, const RequestLimits& limits) {
  const auto q = fields.find("q");
  if (q == fields.end() || q->is_null()) refuse("missing q parameter");
  std::vector<std::string> texts;
  std::size_t characters = 0;
  for (const json& text : q->is_array() ? *q : json::array({*q})) {
    if (!text.is_string()) refuse("'q' must be a string or a list of strings");
    const std::string& content = text.get_ref<const std::string&>();
    if (const auto invalid = nmt::find_invalid_utf8(content)) refuse("'q' is not UTF-8 (byte {})", *invalid + 1);
    characters += nmt::code_points(content).size();
    texts.push_back(content);
  }
  if (characters > limits.characters)
    refuse("the request has {} characters, which exceeds the limit of {}", characters, limits.characters);
  return texts;
}

// ---- Answers.

Json attention_of(const Translation& translation) {
  return {{"source", translation.source_words},
          {"target", translation.target_words},
          {"weights", nmt::attention_rows(translation)}};
}

using Lines = std::span<const std::vector<Translation>>;

/// The text whose lines are the translations of that rank, or the last ones that there are.
std::string text_of(const TextLines& text, Lines lines, std::size_t rank) {
  std::vector<std::string> translations;
  for (const std::vector<Translation>& ranked : lines)
    translations.push_back(ranked[std::min(rank, ranked.size() - 1)].text);
  return text.with(translations);
}

Json alternatives_of(const TextLines& text, Lines lines, std::size_t count) {
  std::size_t ranks = 0;
  for (const std::vector<Translation>& ranked : lines) ranks = std::max(ranks, ranked.size());
  std::vector<std::string> texts{text_of(text, lines, 0)};
  for (std::size_t rank = 1; rank < ranks && texts.size() <= count; ++rank) {
    std::string other = text_of(text, lines, rank);
    if (std::ranges::find(texts, other) == texts.end()) texts.push_back(std::move(other));
  }
  texts.erase(texts.begin());
  return texts;
}

/// With one decimal.
Json detection_json(const Detection& detection) {
  return {{"confidence", std::round(detection.confidence * 10) / 10}, {"language", detection.language}};
}

Json language_json(const std::string& code) { return {{"code", code}, {"name", nmt::language_name(code)}}; }

/// What is given for each text: itself when there is but one, else a list.
Json single_or_list(const TranslateRequest& request, const std::vector<Json>& values) {
  return request.is_list ? Json(values) : values.front();
}

}  // namespace

TranslateRequest parse_translate_request(const HttpRequest& http, const RequestLimits& limits) {
  const json fields = fields_of(http);
  TranslateRequest request;
  const std::vector<std::string> texts = texts_of(fields, limits);
  request.is_list = fields["q"].is_array();
  request.source = needed_field(fields, "source");
  request.target = needed_field(fields, "target");
  const std::string format = text_field(fields, "format").value_or("text");
  if (format != "text" && format != "html")
    refuse("{} format is not supported; it must be text or html", Json(excerpt(format, shown_bytes)).dump());
  for (const std::string& text : texts) request.texts.push_back(format == "html" ? html_text(text) : plain_text(text));
  request.with_attention = switched_on(fields, "attention");
  request.with_unknown_words = switched_on(fields, "unknown_words");
  request.alternatives = count_field(fields, "alternatives", limits.alternatives);
  return request;
}

std::string parse_detect_request(const HttpRequest& http, const RequestLimits& limits) {
  std::string joined;
  for (const std::string& text : texts_of(fields_of(http), limits)) joined += (joined.empty() ? "" : " ") + text;
  if (joined.empty()) refuse("missing q parameter");
  return joined;
}

std::string translate_answer(const TranslateRequest& request, const std::vector<AnsweredText>& answered) {
  std::vector<Json> texts, attention, detected, alternatives, unknown;
  for (std::size_t i = 0; i < answered.size(); ++i) {
    const TextLines& text = request.texts[i];
    const Lines lines = answered[i].lines;
    texts.push_back(text_of(text, lines, 0));
    if (request.alternatives > 0) alternatives.push_back(alternatives_of(text, lines, request.alternatives));
    if (request.with_attention) {
      Json of_lines = Json::list();
      for (const std::vector<Translation>& ranked : lines) of_lines.push_back(attention_of(ranked.front()));
      attention.push_back(std::move(of_lines));
    }
    detected.push_back(detection_json(answered[i].detected));
    unknown.push_back(answered[i].unknown_words);
  }
  if (request.is_list && texts.empty()) return Json{{"translatedText", texts}}.dump();
  Json answer{{"translatedText", single_or_list(request, texts)}};
  if (request.detects()) answer["detectedLanguage"] = single_or_list(request, detected);
  if (request.alternatives > 0) answer["alternatives"] = single_or_list(request, alternatives);
  if (request.with_attention) answer["attention"] = single_or_list(request, attention);
  if (request.with_unknown_words) answer["unknownWords"] = single_or_list(request, unknown);
  return answer.dump();
}

std::string error_answer(std::string_view message) { return Json{{"error", message}}.dump(); }

std::string languages_answer(std::span<const LanguagePair> pairs) {
  std::vector<std::string> codes;
  const auto add = [&codes](const std::string& code) {
    if (std::ranges::find(codes, code) == codes.end()) codes.push_back(code);
  };
  for (const LanguagePair& pair : pairs) add(pair.source);
  for (const LanguagePair& pair : pairs) add(pair.target);
  Json languages = Json::list();
  for (const std::string& code : codes) {
    Json language = language_json(code);
    Json targets = Json::list();
    for (const LanguagePair& pair : pairs)
      if (pair.source == code) targets.push_back(pair.target);
    language["targets"] = std::move(targets);
    languages.push_back(std::move(language));
  }
  return languages.dump();
}

std::string detect_answer(const std::vector<Detection>& detections) {
  Json list = Json::list();
  for (const Detection& detection : detections) list.push_back(detection_json(detection));
  return list.dump();
}

std::string settings_answer(const LanguagePair& first, const RequestLimits& limits) {
  return Json{{"apiKeys", false},
              {"charLimit", limits.characters},
              {"filesTranslation", false},
              {"frontendTimeout", 500},
              {"keyRequired", false},
              {"language", Json{{"source", language_json(first.source)}, {"target", language_json(first.target)}}},
              {"suggestions", false},
              {"supportedFilesFormat", Json::list()}}
      .dump();
}

}  // namespace weft::serve
