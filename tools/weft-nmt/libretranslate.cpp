#include "tools/weft-nmt/libretranslate.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <utility>

#include "graph/json_value.h"
#include "graph/number_text.h"
#include "models/nmt/utf8.h"
#include "tools/weft-nmt/attention_json.h"

namespace weft::nmt {
namespace {

using nlohmann::json;  // requests; answers are weft::Json

constexpr std::string_view kSource = "fr";
constexpr std::string_view kTarget = "en";

template <typename... Arguments>
[[noreturn]] void refuse(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  throw RequestError(400, "Invalid request: " + fmt::format(format, std::forward<Arguments>(arguments)...));
}

// ---- Forms.

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// A name or value of a form: `+` is a blank, `%C3` a byte.
std::string form_text(std::string_view coded) {
  std::string text;
  for (std::size_t i = 0; i < coded.size(); ++i) {
    if (coded[i] != '%') {
      text += coded[i] == '+' ? ' ' : coded[i];
      continue;
    }
    const int high = i + 2 < coded.size() ? hex_digit(coded[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(coded[i + 2]) : -1;
    if (low < 0) refuse("the form holds a % without two hexadecimal digits behind it");
    text += static_cast<char>(16 * high + low);
    i += 2;
  }
  return text;
}

/// The fields as a JSON object, whose values are texts; a field that is there several times is a list.
json form_fields(std::string_view body) {
  json fields = json::object();
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('&'), body.size());
    const std::string_view field = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    const std::size_t equals = std::min(field.find('='), field.size());
    const std::string name = form_text(field.substr(0, equals));
    if (name.empty()) continue;
    std::string value = form_text(field.substr(std::min(equals + 1, field.size())));
    json& slot = fields[name];
    if (slot.is_null()) {
      slot = std::move(value);
    } else if (slot.is_array()) {
      slot.push_back(std::move(value));
    } else {
      slot = json::array({slot, std::move(value)});
    }
  }
  return fields;
}

// ---- Fields.

/// The fields of a body; strings in it are UTF-8.
json fields_of(std::string_view content_type, const std::string& body) {
  std::string type(content_type.substr(0, content_type.find(';')));
  std::erase(type, ' ');
  std::ranges::transform(type, type.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (type == "application/x-www-form-urlencoded") return form_fields(body);
  if (type != "application/json")
    refuse("the content type is {}, it must be application/json or application/x-www-form-urlencoded",
           Json(type).dump());
  try {
    json fields = json::parse(body);
    if (!fields.is_object()) refuse("the body is no JSON object");
    return fields;
  } catch (const json::parse_error& error) {
    refuse("the body is no JSON: damaged at byte {}", error.byte);
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
  if (!text) refuse("missing {} parameter", name);
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
           at->dump(-1, ' ', false, json::error_handler_t::replace), most);
  return static_cast<std::size_t>(*count);
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (;;) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    if (end == text.size()) return lines;
    text.remove_prefix(end + 1);
  }
}

void check_languages(const json& fields, TranslateRequest& request) {
  const std::string source = needed_field(fields, "source");
  request.detects = source == "auto";
  if (source != kSource && !request.detects)
    refuse("{} is not supported as a source; it must be fr", Json(source).dump());
  const std::string target = needed_field(fields, "target");
  if (target != kTarget) refuse("{} is not supported as a target; it must be en", Json(target).dump());
  const std::string format = text_field(fields, "format").value_or("text");
  if (format != "text") refuse("{} format is not supported; it must be text", Json(format).dump());
}

// ---- Answers.

Json attention_of(const Translation& translation) {
  return {{"source", translation.source_words},
          {"target", translation.target_words},
          {"weights", attention_rows(translation)}};
}

using Lines = std::span<const std::vector<Translation>>;

/// The text whose lines are the translations of that rank, or the last ones that there are.
std::string text_of(Lines lines, std::size_t rank) {
  std::string text;
  for (std::size_t line = 0; line < lines.size(); ++line) {
    const std::vector<Translation>& ranked = lines[line];
    text += (line > 0 ? "\n" : "") + ranked[std::min(rank, ranked.size() - 1)].text;
  }
  return text;
}

Json alternatives_of(Lines lines, std::size_t count) {
  std::size_t ranks = 0;
  for (const std::vector<Translation>& ranked : lines) ranks = std::max(ranks, ranked.size());
  std::vector<std::string> texts{text_of(lines, 0)};
  for (std::size_t rank = 1; rank < ranks && texts.size() <= count; ++rank) {
    std::string text = text_of(lines, rank);
    if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
  }
  texts.erase(texts.begin());
  return texts;
}

/// What is given for each text: itself when there is but one, else a list.
Json single_or_list(const TranslateRequest& request, const std::vector<Json>& values) {
  return request.is_list ? Json(values) : values.front();
}

}  // namespace

TranslateRequest parse_translate_request(std::string_view content_type, const std::string& body,
                                         const RequestLimits& limits) {
  const json fields = fields_of(content_type, body);
  const auto q = fields.find("q");
  if (q == fields.end() || q->is_null()) refuse("missing q parameter");
  TranslateRequest request;
  request.is_list = q->is_array();
  std::size_t characters = 0;
  for (const json& text : request.is_list ? *q : json::array({*q})) {
    if (!text.is_string()) refuse("'q' must be a string or a list of strings");
    const std::string& content = text.get_ref<const std::string&>();
    if (const auto invalid = find_invalid_utf8(content)) refuse("'q' is not UTF-8 (byte {})", *invalid + 1);
    characters += code_points(content).size();
    request.texts.push_back(lines_of(content));
  }
  check_languages(fields, request);
  if (characters > limits.characters)
    refuse("the request has {} characters, which exceeds the limit of {}", characters, limits.characters);
  request.with_attention = switched_on(fields, "attention");
  request.alternatives = count_field(fields, "alternatives", limits.alternatives);
  return request;
}

std::string translate_answer(const TranslateRequest& request,
                             const std::vector<std::vector<Translation>>& translations) {
  std::vector<Json> texts, attention, detected, alternatives;
  Lines rest = translations;
  for (const std::vector<std::string>& text : request.texts) {
    const Lines lines = rest.first(text.size());
    rest = rest.subspan(text.size());
    texts.push_back(text_of(lines, 0));
    if (request.alternatives > 0) alternatives.push_back(alternatives_of(lines, request.alternatives));
    if (request.with_attention) {
      Json of_lines = Json::list();
      for (const std::vector<Translation>& ranked : lines) of_lines.push_back(attention_of(ranked.front()));
      attention.push_back(std::move(of_lines));
    }
    detected.push_back({{"confidence", 0}, {"language", kSource}});  // not detected: it is the only one
  }
  if (request.is_list && texts.empty()) return Json{{"translatedText", texts}}.dump();
  Json answer{{"translatedText", single_or_list(request, texts)}};
  if (request.detects) answer["detectedLanguage"] = single_or_list(request, detected);
  if (request.alternatives > 0) answer["alternatives"] = single_or_list(request, alternatives);
  if (request.with_attention) answer["attention"] = single_or_list(request, attention);
  return answer.dump();
}

std::string error_answer(std::string_view message) { return Json{{"error", message}}.dump(); }

std::string languages_answer() {
  return Json::list({Json{{"code", kSource}, {"name", "French"}, {"targets", Json::list({kTarget})}},
                     Json{{"code", kTarget}, {"name", "English"}, {"targets", Json::list()}}})
      .dump();
}

std::string health_answer() { return Json{{"status", "ok"}}.dump(); }

}  // namespace weft::nmt
