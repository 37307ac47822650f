#include "tools/serve/metrics.h"

#include <fmt/format.h>

#include <algorithm>

namespace weft::serve {

void Metrics::count(const std::string& path, int status, double seconds) {
  ++answers_[{path, status}];
  Latency& latency = latencies_[path];
  ++latency.counts[static_cast<std::size_t>(std::ranges::lower_bound(bounds, seconds) - bounds.begin())];
  latency.sum += seconds;
}

std::string Metrics::text(const ServerFigures& figures) const {
  std::string text;
  const auto family = [&text](std::string_view name, std::string_view type, std::string_view help) {
    text += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
  };
  const auto figure = [&](std::string_view name, std::string_view type, std::uint64_t value, std::string_view help) {
    family(name, type, help);
    text += fmt::format("{} {}\n", name, value);
  };

  family("weft_http_requests_total", "counter", "Requests that were answered or refused.");
  for (const auto& [key, count] : answers_)
    text += fmt::format("weft_http_requests_total{{path=\"{}\",status=\"{}\"}} {}\n", key.first, key.second, count);
  constexpr std::string_view latency_name = "weft_http_request_duration_seconds";
  family(latency_name, "histogram", "From a request's first byte to its answer.");
  for (const auto& [path, latency] : latencies_) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      count += latency.counts[i];
      text += fmt::format("{}_bucket{{path=\"{}\",le=\"{}\"}} {}\n", latency_name, path, bounds[i], count);
    }
    count += latency.counts.back();
    text += fmt::format("{}_bucket{{path=\"{}\",le=\"+Inf\"}} {}\n", latency_name, path, count);
    text += fmt::format("{}_sum{{path=\"{}\"}} {}\n", latency_name, path, latency.sum);
    text += fmt::format("{}_count{{path=\"{}\"}} {}\n", latency_name, path, count);
  }
  figure("weft_connections", "gauge", figures.connections, "Connections that are open.");
  figure("weft_connections_shed_total", "counter", figures.shed_connections,
         "Connections that had to make room for others.");
  figure("weft_requests_waiting", "gauge", figures.waiting_requests, "Requests that wait for their answers.");
  figure("weft_queue_sentences", "gauge", figures.waiting_sentences, "Sentences that wait to be translated.");
  figure("weft_sentences_total", "counter", figures.translated_sentences, "Sentences that were translated.");
  figure("process_resident_memory_bytes", "gauge", figures.resident_bytes, "Resident memory of the process.");
  figure("weft_programs", "gauge", figures.programs.programs, "Compiled programs that are kept.");
  figure("weft_program_memory_bytes", "gauge", figures.programs.bytes, "Memory of compiled programs that are kept.");
  figure("weft_programs_evicted_total", "counter", figures.programs.evicted,
         "Compiled programs that had to make room for others.");
  return text;
}

}  // namespace weft::serve
