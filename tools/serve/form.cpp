#include "tools/serve/form.h"

#include <algorithm>
#include <optional>

#include "graph/base/error.h"

namespace weft::serve {
namespace {

constexpr std::size_t max_fields = 10'000;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// A name or value: `+` is a blank, `%C3` a byte.
std::string from_percents(std::string_view coded) {
  std::string text;
  for (std::size_t i = 0; i < coded.size(); ++i) {
    if (coded[i] != '%') {
      text += coded[i] == '+' ? ' ' : coded[i];
      continue;
    }
    const int high = i + 2 < coded.size() ? hex_digit(coded[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(coded[i + 2]) : -1;
    require(low >= 0, "the form holds a % without two hexadecimal digits behind it");
    text += static_cast<char>(16 * high + low);
    i += 2;
  }
  return text;
}

void add(FormFields& fields, std::string name, std::string value) {
  require(fields.size() < max_fields, "the form has more than {} fields", max_fields);
  fields.emplace_back(std::move(name), std::move(value));
}

bool same_but_for_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// A parameter of a header's value, which stands behind its first ";": `boundary` of
/// "multipart/form-data; boundary=x", also between quotes, where a backslash escapes.
std::optional<std::string> parameter(std::string_view value, std::string_view name) {
  std::size_t at = value.find(';');
  while (at < value.size()) {
    at = value.find_first_not_of("; \t", at);
    if (at == std::string_view::npos) return std::nullopt;
    const std::size_t equals = std::min(value.find_first_of("=;", at), value.size());
    const bool is_it = same_but_for_case(value.substr(at, equals - at), name);
    if (equals == value.size() || value[equals] == ';') {
      at = equals;
      continue;
    }
    std::string text;
    at = equals + 1;
    if (at < value.size() && value[at] == '"') {
      for (++at; at < value.size() && value[at] != '"'; ++at) {
        if (value[at] == '\\' && at + 1 < value.size()) ++at;
        text += value[at];
      }
      at = value.find(';', at);
    } else {
      const std::size_t end = std::min(value.find_first_of("; \t", at), value.size());
      text = value.substr(at, end - at);
      at = end;
    }
    if (is_it) return text;
  }
  return std::nullopt;
}

/// The name of the field that a part's headers announce.
std::optional<std::string> field_name(std::string_view headers) {
  while (!headers.empty()) {
    const std::size_t end = std::min(headers.find("\r\n"), headers.size());
    const std::string_view line = headers.substr(0, end);
    headers.remove_prefix(std::min(end + 2, headers.size()));
    const std::size_t colon = std::min(line.find(':'), line.size());
    if (same_but_for_case(line.substr(0, colon), "Content-Disposition")) return parameter(line, "name");
  }
  return std::nullopt;
}

}  // namespace

FormFields parse_urlencoded(std::string_view text) {
  FormFields fields;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('&', begin), text.size());
    const std::size_t equals = std::min(text.find('=', begin), end);
    std::string name = from_percents(text.substr(begin, equals - begin));
    const std::size_t value = std::min(equals + 1, end);
    if (!name.empty()) add(fields, std::move(name), from_percents(text.substr(value, end - value)));
    begin = end + 1;
  }
  return fields;
}

FormFields parse_multipart(std::string_view content_type, std::string_view body) {
  const std::optional<std::string> boundary = parameter(content_type, "boundary");
  require(boundary && !boundary->empty(), "the content type of the form has no boundary");
  FormFields fields;
  const std::string delimiter = "--" + *boundary;
  std::size_t at = body.starts_with(delimiter) ? 0 : body.find("\r\n" + delimiter);
  require(at != std::string_view::npos, "the form does not hold its boundary");
  at = body.find(delimiter, at) + delimiter.size();
  const std::string next = "\r\n" + delimiter;
  while (!body.substr(at).starts_with("--")) {
    const std::size_t line_end = body.find("\r\n", at);
    require(line_end != std::string_view::npos &&
                body.substr(at, line_end - at).find_first_not_of(" \t") == std::string_view::npos,
            "the form does not end with its boundary and two hyphens");
    // The headers end with an empty line, which is the first one of a part without any.
    const std::size_t headers_end = body.find("\r\n\r\n", line_end);
    require(headers_end != std::string_view::npos, "a part of the form has no end of its headers");
    const auto name = field_name(body.substr(line_end + 2, headers_end - std::min(headers_end, line_end + 2)));
    const std::size_t begin = headers_end + 4;
    // An empty content may share its line's end with the boundary's.
    const std::size_t end = body.find(next, headers_end + 2);
    require(end != std::string_view::npos, "a part of the form does not end with its boundary");
    require(name.has_value(), "a part of the form has no name (Content-Disposition)");
    add(fields, *name, std::string(body.substr(begin, end - std::min(end, begin))));
    at = end + next.size();
  }
  return fields;
}

}  // namespace weft::serve
