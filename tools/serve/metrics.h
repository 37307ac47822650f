#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "tools/serve/figures.h"

namespace weft::serve {

/// What a server has answered, for Prometheus.
class Metrics {
 public:
  /// Counts an answer that took that long.
  void count(const std::string& path, int status, double seconds);

  /// All of it and the figures in Prometheus' text format (version 0.0.4).
  std::string text(const ServerFigures& figures) const;
  static constexpr const char* content_type = "text/plain; version=0.0.4; charset=utf-8";

 private:
  static constexpr std::array bounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0};

  struct Latency {
    std::array<std::uint64_t, bounds.size() + 1> counts{};  ///< up to each bound, and beyond the last one
    double sum = 0;                                         ///< of seconds
  };
  std::map<std::pair<std::string, int>, std::uint64_t> answers_;  // by path and status
  std::map<std::string, Latency> latencies_;                      // by path
};

}  // namespace weft::serve
