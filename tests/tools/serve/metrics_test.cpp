#include "tools/serve/metrics.h"

#include <doctest/doctest.h>

namespace weft::serve {
namespace {

TEST_CASE("metrics in Prometheus' text format") {
  Metrics metrics;
  metrics.count("/translate", 200, 0.001);
  metrics.count("/translate", 200, 0.3);
  metrics.count("/translate", 429, 60);
  metrics.count("other", 404, 0);
  const std::string text = metrics.text({.waiting_sentences = 3,
                                         .resident_bytes = 4096,
                                         .programs = {.programs = 2, .bytes = 77, .budget = 100, .evicted = 1}});
  const auto has = [&text](std::string_view line) {
    return ("\n" + text).find("\n" + std::string(line) + "\n") != std::string::npos;
  };
  CHECK(has("# TYPE weft_http_requests_total counter"));
  CHECK(has("weft_http_requests_total{path=\"/translate\",status=\"200\"} 2"));
  CHECK(has("weft_http_requests_total{path=\"/translate\",status=\"429\"} 1"));
  CHECK(has("weft_http_requests_total{path=\"other\",status=\"404\"} 1"));
  CHECK(has("weft_http_request_duration_seconds_bucket{path=\"/translate\",le=\"0.001\"} 1"));
  CHECK(has("weft_http_request_duration_seconds_bucket{path=\"/translate\",le=\"0.25\"} 1"));
  CHECK(has("weft_http_request_duration_seconds_bucket{path=\"/translate\",le=\"0.5\"} 2"));
  CHECK(has("weft_http_request_duration_seconds_bucket{path=\"/translate\",le=\"10\"} 2"));
  CHECK(has("weft_http_request_duration_seconds_bucket{path=\"/translate\",le=\"+Inf\"} 3"));
  CHECK(has("weft_http_request_duration_seconds_sum{path=\"/translate\"} 60.301"));
  CHECK(has("weft_http_request_duration_seconds_count{path=\"/translate\"} 3"));
  CHECK(has("weft_queue_sentences 3"));
  CHECK(has("process_resident_memory_bytes 4096"));
  CHECK(has("weft_program_memory_bytes 77"));
  CHECK(has("weft_programs 2"));
  CHECK(has("weft_programs_evicted_total 1"));
}

TEST_CASE("health tells what is in use") {
  CHECK(health_answer({.waiting_sentences = 3,
                       .translated_sentences = 5,
                       .connections = 7,
                       .waiting_requests = 2,
                       .resident_bytes = 4096,
                       .programs = {.programs = 2, .bytes = 77, .budget = 100, .evicted = 1}}) ==
        R"({"status":"ok","waiting_sentences":3,"translated_sentences":5,"connections":7,"waiting_requests":2,)"
        R"("resident_bytes":4096,"program_memory":{"programs":2,"bytes":77,"budget":100,"evicted":1}})");
}

TEST_CASE("the process has some memory") { CHECK(resident_bytes() > 1'000'000); }

}  // namespace
}  // namespace weft::serve
