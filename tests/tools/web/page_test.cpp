#include "tools/web/page.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "graph/base/error.h"
#include "graph/base/json_parse.h"

namespace weft::web {
namespace {

const std::string hostile = "</script><img src=x onerror=alert(1)><!-- <script>";

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// The JSON of the script element with that id, as a browser would cut it out.
nlohmann::json data_of(const std::string& html, const std::string& id) {
  const std::string opening = "<script type=\"application/json\" id=\"" + id + "\">";
  const auto begin = html.find(opening);
  REQUIRE(begin != html.npos);
  const auto end = html.find("</script", begin + 1);
  return parse_json(html.substr(begin + opening.size(), end - begin - opening.size()));
}

TEST_CASE("a page holds its title, body, data and assets") {
  const std::string html = to_html({.title = "A page", .data = {{"numbers", "[1, 2]"}}, .body = "<main>Hello</main>"});
  CHECK(html.starts_with("<!doctype html>"));
  CHECK(count(html, "<title>A page</title>") == 1);
  CHECK(count(html, "<main>Hello</main>") == 1);
  CHECK(data_of(html, "numbers") == nlohmann::json{1, 2});
  CHECK(count(html, std::string(asset("page.css"))) == 1);
  CHECK(count(html, std::string(asset("page.js"))) == 1);
}

TEST_CASE("data cannot leave its script element, whatever it says") {
  const std::string html = to_html({.title = hostile, .data = {{"names", nlohmann::json(hostile).dump()}}});
  CHECK(data_of(html, "names") == hostile);
  CHECK(count(html, "<img") == 0);
  CHECK(count(html, "</script") == 2);  // the data's and page.js's own
}

TEST_CASE("a page may ask the network for nothing, and runs only scripts that bear a word that names cannot know") {
  const std::string html = to_html({.title = "x"});
  CHECK(count(html, "default-src 'none'; script-src 'nonce-") == 1);
  CHECK(to_html({.title = "x"}) == html);
  const auto word = [](const std::string& page) { return page.substr(page.find("'nonce-") + 7, 16); };
  CHECK(word(to_html({.title = "y"})) != word(html));
  CHECK(count(html, "<script nonce=\"" + word(html) + "\">") == 1);
}

TEST_CASE("a page that is served may ask its own server, and no other page may ask any") {
  Page page{.title = "served"};
  CHECK(to_html(page).find("connect-src") == std::string::npos);
  page.asks_its_server = true;
  CHECK(to_html(page).find("connect-src 'self';") != std::string::npos);
}

TEST_CASE("text is escaped for HTML") {
  CHECK(escape("a<b> & \"c\" 'd'") == "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
}

TEST_CASE("no asset ends its own element, and an unknown one is an error") {
  CHECK(assets().size() >= 2);
  for (const auto& entry : assets()) {
    const auto& [name, content] = entry;
    CAPTURE(entry.name);
    CHECK(!content.empty());
    for (const std::string_view ending : {"</script", "</style", "<!--"}) CHECK(count(content, ending) == 0);
  }
  CHECK_THROWS_AS(asset("none.css"), InternalError);
}

}  // namespace
}  // namespace weft::web
