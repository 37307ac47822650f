#include "tools/web/page.h"

#include <fmt/format.h>

#include <algorithm>

#include "graph/base/checksum.h"
#include "graph/base/error.h"

namespace weft::web {
namespace {

/// In JSON, `<` only stands within strings, where it may as well be written by its number. Without it nothing can end
/// the script element, or begin a comment in it.
std::string within_script(std::string_view json) {
  std::string text;
  text.reserve(json.size());
  for (const char c : json) {
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  }
  return text;
}

/// Only scripts that bear this word are run. A name from a file cannot know it: it depends on all names.
std::string nonce(const Page& page) {
  Checksum checksum;
  checksum.add(page.title);
  for (const auto& [id, json] : page.data) checksum.add(json);
  checksum.add(page.body);
  return fmt::format("{:016x}", checksum.value());
}

}  // namespace

std::string escape(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string_view asset(std::string_view name) {
  const std::vector<Asset> known = assets();
  const auto found = std::ranges::find(known, name, &Asset::name);
  check_invariant(found != known.end(), "there is no asset '{}' in tools/web/assets", name);
  return found->content;
}

std::string to_html(const Page& page) {
  const std::string word = nonce(page);
  const std::string title = escape(page.title);
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'nonce-{}'; style-src "
      "'unsafe-inline'; img-src data: blob:;{} base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"generator\" content=\"Weft\">\n<title>{}</title>\n",
      word, page.asks_its_server ? " connect-src 'self';" : "", title);
  for (const std::string_view style : page.styles) html += fmt::format("<style>\n{}</style>\n", asset(style));
  html += fmt::format(
      "</head>\n<body>\n<header class=\"bar\"><h1>{}</h1><span class=\"grow\"></span>"
      "<button id=\"theme\" type=\"button\" title=\"Light or dark\" aria-label=\"Light or "
      "dark\">\u25d0</button></header>\n"
      "{}\n",
      title, page.body);
  for (const auto& [id, json] : page.data)
    html += fmt::format("<script type=\"application/json\" id=\"{}\">{}</script>\n", escape(id), within_script(json));
  for (const std::string_view script : page.scripts)
    html += fmt::format("<script nonce=\"{}\">\n{}</script>\n", word, asset(script));
  html += "</body>\n</html>\n";
  return html;
}

}  // namespace weft::web
