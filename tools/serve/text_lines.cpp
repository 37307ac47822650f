#include "tools/serve/text_lines.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "models/nmt/text/utf8.h"
#include "tools/serve/ascii.h"

namespace weft::serve {
namespace {

// ---- References to characters.

/// HTML's names of U+00A0 to U+00FF, in their order.
constexpr std::array<std::string_view, 96> latin1_names{
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",    "copy",   "ordf",
    "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn", "sup2",   "sup3",   "acute",  "micro",
    "para",   "middot", "cedil",  "sup1",   "ordm",   "raquo",  "frac14", "frac12", "frac34", "iquest", "Agrave",
    "Aacute", "Acirc",  "Atilde", "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",  "Euml",
    "Igrave", "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde", "Ouml",
    "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",  "szlig",  "agrave", "aacute",
    "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil", "egrave", "eacute", "ecirc",  "euml",   "igrave",
    "iacute", "icirc",  "iuml",   "eth",    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide",
    "oslash", "ugrave", "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};

/// The others that people write in text.
constexpr std::array<std::pair<std::string_view, char32_t>, 18> other_names{{{"amp", U'&'},
                                                                             {"lt", U'<'},
                                                                             {"gt", U'>'},
                                                                             {"quot", U'"'},
                                                                             {"apos", U'\''},
                                                                             {"OElig", U'\u0152'},
                                                                             {"oelig", U'\u0153'},
                                                                             {"ndash", U'\u2013'},
                                                                             {"mdash", U'\u2014'},
                                                                             {"lsquo", U'\u2018'},
                                                                             {"rsquo", U'\u2019'},
                                                                             {"sbquo", U'\u201a'},
                                                                             {"ldquo", U'\u201c'},
                                                                             {"rdquo", U'\u201d'},
                                                                             {"bdquo", U'\u201e'},
                                                                             {"hellip", U'\u2026'},
                                                                             {"euro", U'\u20ac'},
                                                                             {"thinsp", U'\u2009'}}};

std::optional<char32_t> named(std::string_view name) {
  const auto latin1 = std::ranges::find(latin1_names, name);
  if (latin1 != latin1_names.end()) return 0xa0 + static_cast<char32_t>(latin1 - latin1_names.begin());
  const auto other = std::ranges::find(other_names, name, [](const auto& entry) { return entry.first; });
  return other == other_names.end() ? std::nullopt : std::optional(other->second);
}

/// Of "eacute", "#233" or "#xe9"; nothing when it is no character.
std::optional<char32_t> referred(std::string_view reference) {
  if (!reference.starts_with('#')) return named(reference);
  reference.remove_prefix(1);
  const bool is_hexadecimal = reference.starts_with('x') || reference.starts_with('X');
  if (is_hexadecimal) reference.remove_prefix(1);
  std::uint32_t code = 0;
  const auto [end, error] =
      std::from_chars(reference.data(), reference.data() + reference.size(), code, is_hexadecimal ? 16 : 10);
  const bool is_character = code >= 0x20 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  if (error != std::errc() || end != reference.data() + reference.size() || !is_character) return std::nullopt;
  return code;
}

std::string without_references(std::string_view text) {
  constexpr std::size_t longest = 12;  // reference that is looked for
  std::string result;
  while (!text.empty()) {
    const std::size_t mark = std::min(text.find('&'), text.size());
    result += text.substr(0, mark);
    text.remove_prefix(mark);
    const std::size_t end = text.substr(0, longest).find(';');
    const auto code_point = end == std::string_view::npos ? std::nullopt : referred(text.substr(1, end - 1));
    if (code_point) {
      nmt::append_utf8(*code_point, result);
      text.remove_prefix(end + 1);
    } else if (!text.empty()) {
      result += '&';
      text.remove_prefix(1);
    }
  }
  return result;
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

// ---- Tags.

constexpr std::string_view blanks = " \t\r\n\f";

bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

/// The end of the tag, comment or declaration at the text's beginning; 0 when there is none: "a < b".
std::size_t markup_end(std::string_view text) {
  const auto behind = [text](std::string_view end, std::size_t from) {
    const std::size_t at = text.find(end, from);
    return at == std::string_view::npos ? text.size() : at + end.size();
  };
  if (text.size() < 2 || text[0] != '<') return 0;
  if (text.starts_with("<!--")) return behind("-->", 4);
  if (text[1] == '!' || text[1] == '?') return behind(">", 2);
  if (!is_letter(text[1]) && !(text[1] == '/' && text.size() > 2 && is_letter(text[2]))) return 0;
  char quote = 0;
  for (std::size_t at = 1; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if ((c == '"' || c == '\'') && text[at - 1] == '=') {
      quote = c;
    } else if (c == '>') {
      return at + 1;
    }
  }
  return text.size();
}

/// "p" of "<p class=x>" and of "</p>".
std::string name_of(std::string_view tag) {
  const std::size_t begin = tag.starts_with("</") ? 2 : 1;
  std::size_t end = begin;
  while (end < tag.size() && blanks.find(tag[end]) == std::string_view::npos && tag[end] != '>' && tag[end] != '/')
    ++end;
  return lower_case(tag.substr(begin, end - begin));
}

/// Whether what is in the element of this tag stays as it is.
bool is_kept(std::string_view tag, const std::string& name) {
  if (tag.ends_with("/>")) return false;
  for (const std::string_view kept : {"script", "style", "code", "pre", "textarea"})
    if (name == kept) return true;
  for (const std::string_view empty :
       {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
    if (name == empty) return false;
  const std::string text = lower_case(tag);
  return text.find("translate=\"no\"") != std::string::npos || text.find("translate=no") != std::string::npos ||
         text.find("translate='no'") != std::string::npos || text.find("notranslate") != std::string::npos;
}

/// The end of the element whose first tag has been read, with its last tag.
std::size_t element_end(std::string_view text, const std::string& name) {
  const bool is_raw = name == "script" || name == "style" || name == "textarea";
  std::size_t depth = 1;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at)) {
    const std::string_view rest = text.substr(at);
    if (is_raw && !rest.starts_with("</")) {
      ++at;
      continue;
    }
    const std::size_t size = markup_end(rest);
    const std::string_view tag = rest.substr(0, size);
    at += std::max<std::size_t>(size, 1);
    if (size == 0 || name_of(tag) != name) continue;
    if (tag.starts_with("</") && --depth == 0) return at;
    if (!tag.starts_with("</") && !tag.ends_with("/>")) ++depth;
  }
  return text.size();
}

/// With one blank for each run of them, and none at the ends.
std::string with_single_blanks(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (blanks.find(c) == std::string_view::npos) {
      result += c;
    } else if (!result.ends_with(' ')) {
      result += ' ';
    }
  }
  return result;
}

bool holds_letter(std::string_view text) {
  return std::ranges::any_of(nmt::code_points(text),
                             [](char32_t c) { return u_isalpha(static_cast<UChar32>(c)) != 0; });
}

void add_run(TextLines& parts, std::string_view run) {
  const std::string text = without_references(run);
  const std::size_t begin = run.find_first_not_of(blanks);
  if (begin == std::string_view::npos || !holds_letter(text)) {
    parts.between.back() += run;
    return;
  }
  const std::size_t end = run.find_last_not_of(blanks) + 1;
  parts.between.back() += run.substr(0, begin);
  parts.lines.push_back(with_single_blanks(without_references(run.substr(begin, end - begin))));
  parts.between.emplace_back(run.substr(end));
}

}  // namespace

std::string TextLines::with(std::span<const std::string> translations) const {
  std::string text = between.front();
  for (std::size_t i = 0; i < lines.size(); ++i)
    text += (is_html ? escaped(translations[i]) : translations[i]) + between[i + 1];
  return text;
}

TextLines plain_text(std::string_view text) {
  TextLines parts{.lines = {}, .between = {""}};
  for (;;) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    parts.lines.emplace_back(line);
    parts.between.emplace_back(end == text.size() ? "" : "\n");
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

TextLines html_text(std::string_view html) {
  TextLines parts{.lines = {}, .between = {""}, .is_html = true};
  std::size_t run = 0;  // where the characters since the last tag begin
  std::size_t at = 0;
  while (at < html.size()) {
    const std::size_t size = html[at] == '<' ? markup_end(html.substr(at)) : 0;
    if (size == 0) {
      ++at;
      continue;
    }
    add_run(parts, html.substr(run, at - run));
    const std::string_view tag = html.substr(at, size);
    std::size_t end = at + size;
    if (is_letter(tag[1])) {
      const std::string name = name_of(tag);
      if (is_kept(tag, name)) end += element_end(html.substr(end), name);
    }
    parts.between.back() += html.substr(at, end - at);
    run = at = end;
  }
  add_run(parts, html.substr(run));
  return parts;
}

}  // namespace weft::serve
