#pragma once

#include <map>
#include <optional>
#include <string>

#include "tools/weft-nmt/bench_measures.h"

namespace weft::nmt {

/// What was measured; the rest is empty.
struct BenchReport {
  int threads = 0;
  ModelShape padded_shape;
  std::optional<PeakMeasurement> peak;
  std::optional<PaddedMeasurement> padded;
  std::optional<RealMeasurement> real;
  std::map<std::string, DecodingMeasurement> decoding;  ///< by precision
  std::map<std::string, DecodingMeasurement> latency;   ///< by precision; of one sentence
  std::optional<CompileMeasurement> compile_padded;
  std::optional<CompileMeasurement> compile_corpus;
  std::optional<ThreadsMeasurement> scaling;
};

/// One JSON object.
std::string as_json(const BenchReport& report);
/// Lines for people.
std::string as_text(const BenchReport& report);

}  // namespace weft::nmt
