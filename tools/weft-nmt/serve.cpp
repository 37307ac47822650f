#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "models/nmt/translator.h"
#include "tools/web/page.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/http_server.h"
#include "tools/weft-nmt/libretranslate.h"
#include "tools/weft-nmt/output.h"
#include "tools/weft-nmt/precision_option.h"
#include "tools/weft-nmt/run_options.h"
#include "tools/weft-nmt/search_options.h"
#include "tools/weft-nmt/stop_signals.h"
#include "tools/weft-nmt/translation_queue.h"

namespace weft::nmt {
namespace {

constexpr const char* kExamples = R"(Examples:
  weft-nmt serve --run runs/small                        then open http://127.0.0.1:5000/
  curl -s http://127.0.0.1:5000/translate -d q="Je suis fatigué." -d source=fr -d target=en
  curl -s http://127.0.0.1:5000/translate -d q="Je suis fatigué." -d source=fr -d target=en -d alternatives=3
  curl -s http://127.0.0.1:5000/translate -H 'Content-Type: application/json' \
    -d '{"q": ["Bonjour !", "Où est la gare ?"], "source": "fr", "target": "en", "attention": true}'
  weft-nmt serve --run runs/small --port 0 --precision int8

The API is LibreTranslate's: POST /translate (JSON or a form; each line of q is translated by itself), GET /languages,
GET /health; what cannot be done is answered {"error": "..."}. GET / is a page to try it on. Once it listens, the
address is written to standard output. Ctrl-C, SIGTERM or SIGHUP ends it: what was accepted is answered, exit status 0. Only
this machine can reach it unless --host says otherwise; there are no passwords and no encryption, so put a proxy before
it that has them.)";

struct ServeOptions {
  RunOptions run;
  Precision precision = Precision::f32;
  std::string host = "127.0.0.1";
  std::int64_t port = 5000;
  std::int64_t batch = 64;
  std::int64_t batch_wait = 5;  // milliseconds
  std::int64_t max_body = std::int64_t{1} << 20;
  std::int64_t max_text = 5000;
  std::int64_t max_alternatives = 5;
  std::int64_t max_queue = 1024;
  std::int64_t max_connections = 256;
  std::int64_t max_seconds = 10;
};

std::string page() {
  return web::to_html({.title = "French to English",
                       .styles = {"page.css", "heat.css", "serve.css"},
                       .scripts = {"page.js", "heat.js", "serve.js"},
                       .data = {},
                       .body = "<main id=\"translate\"></main>",
                       .asks_its_server = true});
}

/// Answers POST /translate.
class TranslateHandler {
 public:
  TranslateHandler(const Tokeniser& tokeniser, TranslationQueue& queue, const ServeOptions& options)
      : tokeniser_(tokeniser), queue_(queue), options_(options) {}

  HttpAnswer operator()(const HttpRequest& http) const {
    try {
      return answer(http);
    } catch (const RequestError& error) {
      return {.status = error.status(), .body = error_answer(error.what())};
    }
  }

 private:
  HttpAnswer answer(const HttpRequest& http) const {
    const TranslateRequest request =
        parse_translate_request(http.content_type, http.body,
                                {.characters = static_cast<std::size_t>(options_.max_text),
                                 .alternatives = static_cast<std::size_t>(options_.max_alternatives)});
    std::vector<QueuedSentence> sentences;
    for (const std::vector<std::string>& lines : request.texts)
      for (const std::string& line : lines) sentences.push_back({line, request.alternatives > 0});
    check(sentences);
    const auto translations = queue_.translate(std::move(sentences));
    if (!translations) throw RequestError(429, "Slow down: too many sentences wait to be translated; try again soon");
    return {.status = 200, .body = translate_answer(request, *translations)};
  }

  void check(const std::vector<QueuedSentence>& sentences) const {
    if (std::cmp_greater(sentences.size(), options_.max_queue)) {
      throw RequestError(413, fmt::format("Invalid request: it has {} lines, at most {} can be translated at once",
                                          sentences.size(), options_.max_queue));
    }
    for (std::size_t i = 0; i < sentences.size(); ++i) {
      const std::size_t count = tokeniser_.tokens(sentences[i].text).size();
      if (count <= kMaxSourceTokens) continue;
      throw RequestError(400, fmt::format("Invalid request: line {} has {} tokens, at most {} can be translated; "
                                          "split it",
                                          i + 1, count, kMaxSourceTokens));
    }
  }

  const Tokeniser& tokeniser_;
  TranslationQueue& queue_;
  const ServeOptions& options_;
};

/// Translates what waits: greedily, or with a beam where alternatives are wanted as well.
class QueueTranslator {
 public:
  QueueTranslator(const TrainedModel& model, const ServeOptions& options)
      : greedy_(translator(model, options, 1)), beam_(translator(model, options, options.max_alternatives + 1)) {}

  TranslationQueue::Translations operator()(std::span<const QueuedSentence> sentences) {
    TranslationQueue::Translations translations(sentences.size());
    for (const bool with_alternatives : {false, true}) {
      std::vector<std::size_t> places;
      std::vector<std::string> texts;
      for (std::size_t i = 0; i < sentences.size(); ++i) {
        if (sentences[i].with_alternatives != with_alternatives) continue;
        places.push_back(i);
        texts.push_back(sentences[i].text);
      }
      auto translated = (with_alternatives ? beam_ : greedy_).translate_n_best(texts);
      for (std::size_t i = 0; i < places.size(); ++i) translations[places[i]] = std::move(translated[i]);
    }
    return translations;
  }

 private:
  static Translator translator(const TrainedModel& model, const ServeOptions& options, std::int64_t width) {
    return {model.run.config(),
            model.run.source(),
            model.run.target(),
            model.weights,
            {.batch = options.batch,
             .precision = options.precision,
             .beam = {.width = width, .n_best = width, .score = {.length_penalty = kDefaultLengthPenalty}}}};
  }

  Translator greedy_;
  Translator beam_;
};

void serve(const ServeOptions& options) {
  HttpServer server({.body = static_cast<std::size_t>(options.max_body),
                     .connections = static_cast<std::size_t>(options.max_connections),
                     .time = std::chrono::seconds(options.max_seconds)},
                    [](int, std::string_view message) { return error_answer(message); });
  const StopSignals signals([&server](int) {
    say("Stopping: what was accepted is answered first.");
    server.stop();
    return true;
  });
  const TrainedModel model = load_model(options.run);
  QueueTranslator translator(model, options);
  TranslationQueue queue([&](std::span<const QueuedSentence> sentences) { return translator(sentences); },
                         {.batch = static_cast<std::size_t>(options.batch),
                          .wait = std::chrono::milliseconds(options.batch_wait),
                          .capacity = static_cast<std::size_t>(options.max_queue)});
  const auto fixed = [](std::string body, const char* type) {
    return [answer = HttpAnswer{.status = 200, .content_type = type, .body = std::move(body)}](const HttpRequest&) {
      return answer;
    };
  };
  server.get("/", fixed(page(), "text/html; charset=utf-8"));
  server.get("/languages", fixed(languages_answer(), "application/json"));
  server.get("/health", fixed(health_answer(), "application/json"));
  server.post("/translate", TranslateHandler(model.run.source().tokeniser(), queue, options));
  const int port = server.bind(options.host, static_cast<int>(options.port));
  print(fmt::format("http://{}:{}/\n",
                    options.host.find(':') == std::string::npos ? options.host : "[" + options.host + "]", port));
  server.run();
}

}  // namespace

void add_serve(tool::Program& program) {
  const tool::Command command = program.command("serve", "Translate over HTTP, with a page to try it on");
  command.footer(kExamples);
  auto options = std::make_shared<ServeOptions>();
  add_run_options(command, options->run);
  add_precision_option(command, options->precision);
  command.option("--host", options->host, "The address to listen on; 0.0.0.0: all of this machine's")
      .value("ADDRESS")
      .show_default();
  command.option("--port", options->port, "The port to listen on; 0: any that is free")
      .between(0, 65535)
      .value("N")
      .show_default();
  add_batch_option(command, options->batch, "Sentences to translate at once; changes no translation");
  command.option("--batch-wait", options->batch_wait, "How long a sentence waits for others, in milliseconds")
      .between(0, 10'000)
      .value("N")
      .show_default();
  const auto limit = [&](const char* name, std::int64_t& value, const char* help, std::int64_t most) {
    return command.option(name, value, help).between(1, most).group("Limits").show_default();
  };
  limit("--max-body", options->max_body, "Bytes of a request (status 413)", std::int64_t{1} << 28).value("N");
  limit("--max-text", options->max_text, "Characters of a request's texts (status 400)", 10'000'000).value("N");
  command
      .option(
          "--max-alternatives", options->max_alternatives,
          "Alternatives that a request may ask for (status 400); such requests are searched with a beam of one more")
      .between(0, 99)
      .value("N")
      .group("Limits")
      .show_default();
  limit("--max-queue", options->max_queue, "Sentences that may wait (status 429)", 1'000'000).value("N");
  limit("--max-connections", options->max_connections, "Connections that are served at once; others wait", 4096)
      .value("N");
  limit("--max-seconds", options->max_seconds, "Time for a request to come, and for its answer to go (status 408)",
        3600)
      .value("N");
  command.action([options] { serve(*options); });
}

}  // namespace weft::nmt
