#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "graph/base/joined.h"
#include "graph/base/json_value.h"
#include "models/nmt/search/translator.h"
#include "models/nmt/text/language.h"
#include "models/training/stop_signals.h"
#include "tools/serve/access_log.h"
#include "tools/serve/figures.h"
#include "tools/serve/http_server.h"
#include "tools/serve/libretranslate.h"
#include "tools/serve/metrics.h"
#include "tools/serve/translation_queue.h"
#include "tools/serve/translation_service.h"
#include "tools/web/page.h"
#include "tools/weft-nmt/commands.h"
#include "tools/weft-nmt/output.h"
#include "tools/weft-nmt/precision_option.h"
#include "tools/weft-nmt/program_memory_option.h"
#include "tools/weft-nmt/run_options.h"
#include "tools/weft-nmt/search_options.h"

namespace weft::nmt {
namespace {

constexpr const char* serve_examples = R"(Examples:
  weft-nmt serve --run runs/small                        then open http://127.0.0.1:5000/
  weft-nmt serve --run runs/fr-en --run runs/de-en       requests go to the run of their source and target
  curl -s http://127.0.0.1:5000/translate -d q="Je suis fatigué." -d source=fr -d target=en
  curl -s http://127.0.0.1:5000/translate -d q="Je suis fatigué." -d source=fr -d target=en -d alternatives=3
  curl -s http://127.0.0.1:5000/translate -H 'Content-Type: application/json' \
    -d '{"q": ["Bonjour !", "Merci."], "source": "auto", "target": "en"}'
  curl -s http://127.0.0.1:5000/translate -d q="<p>Bonjour !</p>" -d source=fr -d target=en -d format=html
  weft-nmt serve --run runs/small --port 0 --precision int8 --access-log access.jsonl

The API is LibreTranslate's: POST /translate and /detect (JSON or a form), GET /languages, GET /frontend/settings,
GET /health; what cannot be done is answered {"error": "..."}. GET /metrics is for Prometheus, and GET / a page to try it
on. Once it listens, the address is written to standard output. Ctrl-C, SIGTERM or SIGHUP ends it: what was accepted is
answered, exit status 0. Only this machine can reach it unless --host says otherwise; there are no passwords and no
encryption, so put a proxy before it that has them.)";

struct ServeOptions {
  std::vector<std::string> runs;
  std::string checkpoint;  ///< of each run
  TranslationPrecision precision = TranslationPrecision::f32;
  std::string host = "127.0.0.1";
  std::int64_t port = 5000;
  std::int64_t batch = 64;
  std::int64_t batch_wait = 5;  // milliseconds
  std::size_t program_memory = ProgramCache::default_budget;
  std::string cors;
  std::optional<std::string> access_log;
  std::int64_t max_body = std::int64_t{1} << 20;
  std::int64_t max_text = 5000;
  std::int64_t max_alternatives = 5;
  std::int64_t max_queue = 1024;
  std::int64_t max_connections = 512;
  std::int64_t max_seconds = 10;
  std::int64_t keep_alive = 15;  // seconds
};

serve::LanguagePair languages_of(const TrainedModel& model) {
  const Config& config = model.run.config();
  return {.source = config.source_language, .target = config.target_language};
}

/// The page, which finds the languages and how many alternatives there are in its data "service".
std::string page(std::span<const serve::ServedRun> runs, std::int64_t alternatives) {
  std::vector<std::string> titles;
  Json pairs = Json::list();
  for (const serve::ServedRun& run : runs) {
    const auto& [source, target] = run.languages;
    const std::string source_name = language_name(source), target_name = language_name(target);
    titles.push_back(fmt::format("{} to {}", source_name, target_name));
    pairs.push_back(Json{{"source", Json{{"code", source}, {"name", source_name}}},
                         {"target", Json{{"code", target}, {"name", target_name}}}});
  }
  return web::to_html({.title = joined(titles, ", "),
                       .styles = {"page.css", "heat.css", "serve.css"},
                       .scripts = {"page.js", "heat.js", "serve.js"},
                       .data = {{"service", Json{{"pairs", pairs}, {"alternatives", alternatives}}.dump()}},
                       .body = "<main id=\"translate\"></main>",
                       .asks_its_server = true});
}

/// Translates what waits: with the run of each sentence's languages, greedily, or with a beam where alternatives are
/// wanted as well.
class QueueTranslator {
 public:
  QueueTranslator(const std::vector<TrainedModel>& models, const ServeOptions& options)
      : programs_(std::make_shared<ProgramCache>(options.program_memory)) {
    for (const TrainedModel& model : models)
      for (const std::int64_t width : {std::int64_t{1}, options.max_alternatives + 1})
        translators_.push_back(translator(model, options, width));
  }

  serve::Translations operator()(std::span<const serve::QueuedSentence> sentences) {
    serve::Translations translations(sentences.size());
    for (std::size_t which = 0; which < translators_.size(); ++which) {
      std::vector<std::size_t> places;
      std::vector<std::string> texts;
      for (std::size_t i = 0; i < sentences.size(); ++i) {
        if (2 * sentences[i].pair + (sentences[i].with_alternatives ? 1 : 0) != which) continue;
        places.push_back(i);
        texts.push_back(sentences[i].text);
      }
      if (texts.empty()) continue;
      auto translated = translators_[which]->translate_n_best(texts);
      for (std::size_t i = 0; i < places.size(); ++i) translations[places[i]] = std::move(translated[i]);
    }
    return translations;
  }

  /// What all of them have compiled; from any thread.
  ProgramMemory program_memory() const { return programs_->memory(); }

 private:
  std::unique_ptr<Translator> translator(const TrainedModel& model, const ServeOptions& options,
                                         std::int64_t width) const {
    return std::make_unique<Translator>(
        model.run.config(), model.run.source(), model.run.target(), model.weights,
        TranslatorOptions{
            .batch = options.batch,
            .precision = options.precision,
            .beam = {.width = width, .n_best = width, .score = {.length_penalty = default_length_penalty}},
            .programs = programs_});
  }

  std::shared_ptr<ProgramCache> programs_;
  std::vector<std::unique_ptr<Translator>> translators_;  // of each run the greedy one, and that with a beam
};

void serve_runs(const ServeOptions& options) {
  std::optional<serve::AccessLog> log;
  if (options.access_log) log.emplace(*options.access_log);
  serve::Metrics metrics;
  serve::HttpServer server(
      {.max_body = static_cast<std::size_t>(options.max_body),
       .connections = static_cast<std::size_t>(options.max_connections),
       .time = std::chrono::seconds(options.max_seconds),
       .idle = std::chrono::seconds(options.keep_alive)},
      serve::HttpRouter([](int, std::string_view message) { return serve::error_answer(message); }, options.cors),
      [&](const serve::HttpExchange& exchange) {
        const std::string& path = exchange.request.path;
        metrics.count(server.router().knows(path) ? path : "other", exchange.status, exchange.seconds);
        if (log) log->write(exchange);
      });
  const StopSignals signals([&server](int) {
    say("Stopping: what was accepted is answered first.");
    server.stop();
    return true;
  });

  std::vector<TrainedModel> models;
  for (const std::string& run : options.runs) models.push_back(load_model({run, options.checkpoint}));
  std::vector<serve::ServedRun> runs;
  for (const TrainedModel& model : models)
    runs.push_back({languages_of(model), &model.run.source(), &model.run.target()});
  QueueTranslator translator(models, options);
  serve::TranslationQueue queue([&](std::span<const serve::QueuedSentence> sentences) { return translator(sentences); },
                                {.batch = static_cast<std::size_t>(options.batch),
                                 .wait = std::chrono::milliseconds(options.batch_wait),
                                 .capacity = static_cast<std::size_t>(options.max_queue)});
  const serve::TranslationService service(
      runs,
      {.request = {.characters = static_cast<std::size_t>(options.max_text),
                   .alternatives = static_cast<std::size_t>(options.max_alternatives)},
       .sentences = static_cast<std::size_t>(options.max_queue)},
      [&queue](std::vector<serve::QueuedSentence> sentences, serve::TranslationsDone done) {
        return queue.submit(std::move(sentences), std::move(done));
      });

  const auto figures = [&] {
    return serve::ServerFigures{.waiting_sentences = queue.waiting(),
                                .translated_sentences = queue.translated(),
                                .connections = server.open_connections(),
                                .waiting_requests = server.waiting_requests(),
                                .shed_connections = server.shed_connections(),
                                .resident_bytes = serve::resident_bytes(),
                                .programs = translator.program_memory()};
  };
  serve::HttpRouter& router = server.router();
  service.add_to(router);
  router.add("GET", "/", [html = page(runs, options.max_alternatives)](const serve::HttpRequest&) {
    return serve::HttpAnswer{.content_type = "text/html; charset=utf-8", .body = html};
  });
  router.add("GET", "/health",
             [&](const serve::HttpRequest&) { return serve::HttpAnswer{.body = serve::health_answer(figures())}; });
  router.add("GET", "/metrics", [&](const serve::HttpRequest&) {
    return serve::HttpAnswer{.content_type = serve::Metrics::content_type, .body = metrics.text(figures())};
  });

  const int port = server.bind(options.host, static_cast<int>(options.port));
  print(fmt::format("http://{}:{}/\n",
                    options.host.find(':') == std::string::npos ? options.host : "[" + options.host + "]", port));
  server.run();
}

}  // namespace

void add_serve(tool::Program& program) {
  const tool::Command command = program.command("serve", "Translate over HTTP, with a page to try it on");
  command.footer(serve_examples);
  auto options = std::make_shared<ServeOptions>();
  command
      .option("--run", options->runs,
              "A run directory that `weft-nmt train` made; may be given several times, for as many pairs of languages")
      .required()
      .one_at_a_time()
      .value("DIR");
  add_checkpoint_options(command, options->checkpoint);
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
  add_program_memory_option(command, options->program_memory);
  command
      .option("--cors", options->cors,
              "Pages that browsers may let read the answers: those of an origin, as in https://example.org, or *")
      .value("ORIGIN");
  command
      .option("--access-log", options->access_log,
              "Append a line of JSON for each answer to a file; -: to standard output")
      .value("FILE");
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
  command
      .option("--max-connections", options->max_connections,
              "Connections at once; the slowest make room for others (status 503)")
      .between(2, 4096)
      .value("N")
      .group("Limits")
      .show_default();
  limit("--max-seconds", options->max_seconds, "Time for a request to come, and for its answer to go (status 408)",
        3600)
      .value("N");
  command
      .option("--keep-alive", options->keep_alive,
              "How long a connection is kept for its next request, in seconds; 0: one request each")
      .between(0, 3600)
      .value("N")
      .group("Limits")
      .show_default();
  command.action([options] { serve_runs(*options); });
}

}  // namespace weft::nmt
