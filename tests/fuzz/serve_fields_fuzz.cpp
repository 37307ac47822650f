#include <nlohmann/json.hpp>

#include "graph/base/json_parse.h"
#include "tests/fuzz/harness.h"
#include "tests/tools/serve/fake_service.h"

// What the server makes of a request's fields: JSON, forms in one line and in parts, and HTML. The input is an address,
// a content type and a body, with a line's end between each two. Whatever they say, there is one answer, of a status
// that the API has, in JSON that is UTF-8.

namespace weft::fuzz {
namespace {

const serve::test::FakeService& fake() {
  static const serve::test::FakeService service({.request = {.characters = 500, .alternatives = 5}, .sentences = 20});
  return service;
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

void run(std::string_view input) {
  serve::HttpRequest request{.method = "POST"};
  const std::string_view target = take_line(input);
  const std::size_t mark = std::min(target.find('?'), target.size());
  request.path = target.substr(0, mark);
  request.query = target.substr(std::min(mark + 1, target.size()));
  request.headers.emplace_back("content-type", take_line(input));
  request.body = input;
  int answers = 0;
  fake().router.dispatch(request, [&](const serve::HttpAnswer& answer) {
    ++answers;
    expect(answer.status == 200 || answer.status == 400 || answer.status == 404 || answer.status == 405 ||
               answer.status == 413,
           "the status is {}: {}", answer.status, answer.body);
    constexpr std::size_t deepest = 16;
    const auto body = parse_json(answer.body, deepest);
    if (answer.status == 200) return void(++verdicts.accepted);
    ++verdicts.refused;
    check_message(body.at("error").get<std::string>());
  });
  expect(answers == 1, "there are {} answers", answers);
}

std::vector<std::string> seeds() {
  const std::string json = "/translate\napplication/json\n";
  const std::string form = "/translate\napplication/x-www-form-urlencoded\n";
  const std::string parts = "/translate\nmultipart/form-data; boundary=b\n";
  const auto part = [](const std::string& name, const std::string& value) {
    return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  };
  return {json + R"({"q": "Je suis fatigué.", "source": "fr", "target": "en", "api_key": ""})",
          json + R"({"q": ["bonjour\nla gare", "ich bin"], "source": "auto", "target": "en", "alternatives": 2})",
          json + R"({"q": "je zut", "source": "fr", "target": "en", "attention": true, "unknown_words": true})",
          json + R"({"q": "<p class=\"a\">Un &eacute;t&#233; <b translate=no>x</b><!-- c --></p>", "source": "fr",
                     "target": "en", "format": "html"})",
          json + std::string(2000, '['),
          json + R"({"q": "a", "alternatives": 1e999})",
          form + "q=l%27un+mot&q=deux&source=fr&target=en&format=html&alternatives=1",
          "/translate?q=a&source=fr\napplication/x-www-form-urlencoded\ntarget=en",
          "/translate?q=a&source=fr&target=en\n\n",
          parts + part("q", "un\r\ndeux") + part("source", "de") + part("target", "en") + "--b--\r\n",
          "/detect?q=ich+bin\n\n",
          "/detect\napplication/json\n{\"q\": [\"ich\", \"je\"]}"};
}

std::vector<std::string> words() {
  return {"/translate",
          "/detect",
          "/languages",
          "application/json",
          "application/x-www-form-urlencoded",
          "\"q\":",
          "\"source\":",
          "\"target\":",
          "\"format\":",
          "\"alternatives\":",
          "\"auto\"",
          "\"html\"",
          "<script>",
          "</script>",
          "<code>",
          "translate=no",
          "&eacute;",
          "&#x",
          "<!--",
          "-->",
          "\r\n--b",
          "boundary=\"",
          "name=\"",
          "%C3%A9",
          "\\ud800",
          "\xff\xfe",
          "\xe2\x80\xa8"};
}

}  // namespace

const Harness harness{.run = run, .seeds = seeds, .words = words};

}  // namespace weft::fuzz
