#include "tools/serve/translation_service.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "graph/base/json_parse.h"
#include "tests/tools/serve/fake_service.h"
#include "tools/serve/known_words.h"

namespace weft::serve {
namespace {

using nlohmann::json;

constexpr const char* json_type = "application/json";
constexpr const char* form = "application/x-www-form-urlencoded";

struct Answered {
  int status = 0;
  json body;
};

HttpRequest request_of(const std::string& method, const std::string& target, const std::string& content_type = "",
                       const std::string& body = "") {
  HttpRequest request{.method = method, .path = target.substr(0, target.find('?')), .body = body};
  if (target.find('?') != std::string::npos) request.query = target.substr(target.find('?') + 1);
  if (!content_type.empty()) request.headers = {{"content-type", content_type}};
  return request;
}

Answered ask(const test::FakeService& fake, const HttpRequest& request) {
  Answered answered;
  int answers = 0;
  fake.router.dispatch(request, [&](const HttpAnswer& answer) {
    ++answers;
    answered = {answer.status, answer.body.empty() ? json() : parse_json(answer.body)};
  });
  CHECK(answers == 1);
  return answered;
}

Answered post(const test::FakeService& fake, const json& fields, const std::string& path = "/translate") {
  return ask(fake, request_of("POST", path, json_type, fields.dump()));
}

json translated(const test::FakeService& fake, const json& fields) {
  const Answered answered = post(fake, fields);
  CHECK(answered.status == 200);
  return answered.body;
}

std::string refusal(const test::FakeService& fake, const std::string& content_type, const std::string& body) {
  const Answered answered = ask(fake, request_of("POST", "/translate", content_type, body));
  CHECK(answered.status == 400);
  return answered.body.at("error");
}

TEST_CASE("a request goes to the run of its languages") {
  const test::FakeService fake;
  CHECK(translated(fake, {{"q", "Bonjour"}, {"source", "fr"}, {"target", "en"}}) ==
        json{{"translatedText", "0:Bonjour"}});
  CHECK(translated(fake, {{"q", "Tag"}, {"source", "de"}, {"target", "en"}}) == json{{"translatedText", "1:Tag"}});
  for (const auto& [source, target] : {std::pair("en", "fr"), {"fr", "de"}, {"xx", "en"}, {"auto", "fr"}}) {
    const Answered refused = post(fake, {{"q", "a"}, {"source", source}, {"target", target}});
    CHECK(refused.status == 400);
    CHECK(refused.body["error"] == "Invalid request: \"" + std::string(source) + "\" to \"" + target +
                                       "\" is not supported; there is fr to en, de to en");
  }
}

TEST_CASE("two runs of the same languages are refused") {
  const nmt::Vocabulary words = test::vocabulary_of("a");
  const ServedRun run{{"fr", "en"}, &words, &words};
  CHECK_THROWS_WITH_AS(TranslationService({run, run}, {}, {}), "two runs translate fr to en: which is to be asked?",
                       Error);
}

TEST_CASE("the source is found by its words, of each text by itself") {
  const test::FakeService fake;
  const json answer =
      translated(fake, {{"q", {"ich bin müde", "je suis là", "7"}}, {"source", "auto"}, {"target", "en"}});
  CHECK(answer["translatedText"] == json{"1:ich bin müde", "0:je suis là", "0:7"});
  CHECK(answer["detectedLanguage"][0] == json{{"confidence", 100.0}, {"language", "de"}});
  CHECK(answer["detectedLanguage"][1] == json{{"confidence", 75.0}, {"language", "fr"}});  // 6 of 8 letters
  CHECK(answer["detectedLanguage"][2] == json{{"confidence", 0.0}, {"language", "fr"}});
  const json detected = post(fake, {{"q", "the station"}}, "/detect").body;
  CHECK(detected == parse_json(R"([{"confidence": 100.0, "language": "en"}, {"confidence": 0.0, "language": "fr"},
                                    {"confidence": 0.0, "language": "de"}])"));
  CHECK(ask(fake, request_of("GET", "/detect?q=ich+bin")).body[0]["language"] == "de");
  CHECK(ask(fake, request_of("POST", "/detect", form, "q=je%20suis&api_key=x")).body[0]["language"] == "fr");
  CHECK(ask(fake, request_of("GET", "/detect")).status == 400);
}

TEST_CASE("a form in one line or in parts, a query, and JSON are the same") {
  const test::FakeService fake;
  const json expected{{"translatedText", "0:l'un"}};
  CHECK(ask(fake, request_of("POST", "/translate", form, "q=l%27un&source=fr&target=en&api_key=")).body == expected);
  CHECK(ask(fake, request_of("POST", "/translate?q=l%27un&source=fr&target=en")).body == expected);
  CHECK(ask(fake, request_of("POST", "/translate?q=l%27un", form, "source=fr&target=en")).body == expected);
  const std::string parts =
      "--b\r\nContent-Disposition: form-data; name=\"q\"\r\n\r\nl'un\r\n--b\r\nContent-Disposition: form-data; "
      "name=\"source\"\r\n\r\nfr\r\n--b\r\nContent-Disposition: form-data; name=\"target\"\r\n\r\nen\r\n--b--\r\n";
  CHECK(ask(fake, request_of("POST", "/translate", "multipart/form-data; boundary=b", parts)).body == expected);
  CHECK(ask(fake, request_of("POST", "/translate", "Application/JSON; charset=utf-8",
                             R"({"q": "l'un", "source": "fr", "target": "en", "api_key": "x", "other": [[1]]})"))
            .body == expected);
  CHECK(ask(fake, request_of("POST", "/translate", form, "q=a&q=b&source=fr&target=en")).body ==
        json{{"translatedText", {"0:a", "0:b"}}});
}

TEST_CASE("HTML keeps its tags") {
  const test::FakeService fake;
  const json answer = translated(fake, {{"q", "<p class=\"green\">Un &amp; deux</p>"},
                                        {"source", "fr"},
                                        {"target", "en"},
                                        {"format", "html"},
                                        {"alternatives", 1}});
  CHECK(answer["translatedText"] == "<p class=\"green\">0:Un &amp; deux</p>");
  CHECK(answer["alternatives"] == json{"<p class=\"green\">0:Un &amp; deux 1</p>"});
  CHECK(translated(fake, {{"q", "<br>"}, {"source", "fr"}, {"target", "en"}, {"format", "html"}}) ==
        json{{"translatedText", "<br>"}});
}

TEST_CASE("what only this server knows: attention and unknown words") {
  const test::FakeService fake;
  const json answer = translated(fake, {{"q", {"je zut suis zut", ""}},
                                        {"source", "fr"},
                                        {"target", "en"},
                                        {"attention", true},
                                        {"unknown_words", true}});
  CHECK(answer["unknownWords"] == json{{"zut"}, json::array()});
  CHECK(answer["attention"][0][0]["weights"] == json{{0.25, 0.75, 0.0}, {0.0, 0.0, 1.0}});
}

TEST_CASE("nesting without end is refused wherever it stands") {
  const test::FakeService fake;
  for (const char* field : {"q", "alternatives", "format", "attention", "api_key", "other"})
    for (const std::string& deep : {std::string(100'000, '['), std::string(100'000, '[') + std::string(100'000, ']')}) {
      const std::string body = R"({"source": "fr", "target": "en", ")" + std::string(field) + "\": " + deep + "}";
      CHECK(refusal(fake, json_type, body).find("nested deeper than") != std::string::npos);
    }
}

TEST_CASE("what is wrong with a request is told") {
  const test::FakeService fake({.request = {.characters = 100, .alternatives = 3}, .sentences = 5});
  const auto says = [&](const std::string& content_type, const std::string& body, const std::string& part) {
    const std::string message = refusal(fake, content_type, body);
    CHECK_MESSAGE(message.find(part) != std::string::npos, message);
  };
  says(json_type, R"({"q": "a", "alternatives": 1e999, "source": "fr", "target": "en"})",
       "'alternatives': number overflow");
  says(json_type, R"({"q": "a", "q": "b"})", "the key 'q' is given twice");
  says(json_type, "", "it is empty");
  says(json_type, "[]", "it is no JSON object");
  says(json_type, "{\"q\": \"caf\xe9\"}", "ill-formed UTF-8");
  says(form, "q=caf%E9&source=fr&target=en", "'q' is not UTF-8 (byte 4)");
  says(form, "q=%4&source=fr&target=en", "two hexadecimal digits");
  says("text/plain", "a", "\"text/plain\"");
  says("", "a", "its content type is \"\"");
  says("", "", "missing q parameter");
  says("multipart/form-data", "--b--", "boundary");
  says(form, "q=a", "missing source parameter");
  says(form, "q=a&source=fr", "missing target parameter");
  says(form, "q=a&source=fr&source=de&target=en", "'source' must be a string");
  says(form, "q=a&source=fr&target=en&format=rtf", "\"rtf\" format is not supported");
  says(form, "q=a&source=fr&target=en&alternatives=4", "whole number from 0 to 3");
  says(form, "q=" + std::string(101, 'a') + "&source=fr&target=en", "101 characters, which exceeds the limit of 100");
  CHECK(post(fake, {{"q", "\n\n\n\n\n"}, {"source", "fr"}, {"target", "en"}}).status == 413);
}

TEST_CASE("a full queue and a model that fails") {
  test::FakeService fake;
  fake.has_room = false;
  CHECK(post(fake, {{"q", "a"}, {"source", "fr"}, {"target", "en"}}).status == 429);
  fake.has_room = true;
  fake.fails = true;
  const Answered failed = post(fake, {{"q", "a"}, {"source", "fr"}, {"target", "en"}});
  CHECK(failed.status == 500);
  CHECK(failed.body["error"] == "the model is tired");
}

TEST_CASE("languages and settings are told as LibreTranslate does") {
  const test::FakeService fake;
  CHECK(ask(fake, request_of("GET", "/languages")).body == parse_json(R"([
    {"code": "fr", "name": "French", "targets": ["en"]}, {"code": "de", "name": "German", "targets": ["en"]},
    {"code": "en", "name": "English", "targets": []}])"));
  const json settings = ask(fake, request_of("GET", "/frontend/settings")).body;
  CHECK(settings["charLimit"] == 5000);
  CHECK(settings["language"]["source"] == json{{"code", "fr"}, {"name", "French"}});
}

TEST_CASE("addresses and methods that are not there") {
  const test::FakeService fake;
  CHECK(ask(fake, request_of("GET", "/nothing")).status == 404);
  HttpAnswer answer;
  fake.router.dispatch(request_of("PUT", "/detect"), [&](HttpAnswer given) { answer = std::move(given); });
  CHECK(answer.status == 405);
  CHECK(answer.headers.front() == std::pair<std::string, std::string>("Allow", "GET, HEAD, POST, OPTIONS"));
  fake.router.dispatch(request_of("OPTIONS", "/translate"), [&](HttpAnswer given) { answer = std::move(given); });
  CHECK(answer.status == 204);
  CHECK(answer.headers.size() == 1);
}

}  // namespace
}  // namespace weft::serve
