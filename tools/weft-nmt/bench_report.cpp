#include "tools/weft-nmt/bench_report.h"

#include <fmt/format.h>

#include "graph/base/json_value.h"
#include "graph/base/quantity.h"

namespace weft::nmt {
namespace {

double gflop_per_second(double gflop, double milliseconds) { return 1000 * gflop / milliseconds; }

/// Of the measured peak; nothing when that was not measured.
std::optional<double> share_of_peak(const BenchReport& report, double rate) {
  if (!report.peak) return std::nullopt;
  return rate / report.peak->gflop_per_second();
}

double sentences_per_second(const DecodingMeasurement& decoding) {
  return 1000 * static_cast<double>(decoding.sentences) / decoding.timing.median();
}

double tokens_per_second(const RealMeasurement& real) {
  return static_cast<double>(real.tokens) /
         (1e-3 * real.timing.mean() * static_cast<double>(real.timing.milliseconds.size()));
}

// ---- JSON

Json json_of(const Timing& timing) {
  return {{"median", timing.median()},
          {"mean", timing.mean()},
          {"min", timing.min()},
          {"max", timing.max()},
          {"rounds", timing.milliseconds.size()}};
}

Json json_of(const std::vector<KindProfile>& kinds, std::int64_t steps) {
  const double runs = static_cast<double>(steps);
  Json list = Json::list();
  for (const KindProfile& kind : kinds) {
    list.push_back({{"kind", kind.kind},
                    {"calls", static_cast<double>(kind.calls) / runs},
                    {"milliseconds", 1000 * kind.seconds / runs},
                    {"gflop", 1e-9 * kind.flops / runs},
                    {"megabytes", 1e-6 * kind.bytes / runs}});
  }
  return list;
}

void add_rate(Json& object, const BenchReport& report, double gflop, double milliseconds) {
  const double rate = gflop_per_second(gflop, milliseconds);
  object["gflop"] = gflop;
  object["gflop_per_second"] = rate;
  if (const auto share = share_of_peak(report, rate)) object["share_of_peak"] = *share;
}

Json json_of(const BenchReport& report, const PaddedMeasurement& padded) {
  const ModelShape& shape = report.padded_shape;
  Json object{{"shape", Json::list({shape.rows, shape.source_length, shape.target_length})},
              {"milliseconds", json_of(padded.timing)}};
  add_rate(object, report, padded.needed_gflop, padded.timing.median());
  object["executed_gflop"] = padded.graph.executed_gflop;
  object["arena_bytes"] = padded.graph.arena_bytes;
  object["arena_lower_bound_bytes"] = padded.graph.lower_bound_bytes;
  object["peak_resident_bytes"] = padded.peak_resident_bytes;
  object["kinds"] = json_of(padded.kinds, padded.profiled_steps);
  return object;
}

Json json_of(const BenchReport& report, const RealMeasurement& real) {
  Json object{{"milliseconds", json_of(real.timing)}};
  add_rate(object, report, real.needed_gflop, real.timing.mean());
  object["executed_gflop"] = real.executed_gflop;
  object["tokens_per_second"] = tokens_per_second(real);
  object["loss"] = real.loss;
  object["padding"] = real.padding.overall;
  object["shapes"] = real.shapes;
  object["compile_milliseconds_a_shape"] = real.compile_milliseconds / static_cast<double>(real.shapes);
  object["peak_resident_bytes"] = real.peak_resident_bytes;
  object["kinds"] = json_of(real.kinds, std::ssize(real.timing.milliseconds));
  return object;
}

Json json_of(const DecodingMeasurement& decoding) {
  return {{"sentences", decoding.sentences},
          {"words", decoding.words},
          {"milliseconds", json_of(decoding.timing)},
          {"first_milliseconds", decoding.first_milliseconds},
          {"sentences_per_second", sentences_per_second(decoding)}};
}

Json json_of(const CompileMeasurement& compile) {
  return {{"build_milliseconds", json_of(compile.build)},
          {"compile_milliseconds", json_of(compile.compile)},
          {"nodes", compile.nodes},
          {"worst_arena_ratio", compile.worst_arena_ratio}};
}

// ---- Text

std::string text_of(const Timing& timing) {
  return fmt::format("{:.2f} ms (median of {}; {:.2f} to {:.2f})", timing.median(), timing.milliseconds.size(),
                     timing.min(), timing.max());
}

std::string rate_text(const BenchReport& report, double gflop, double milliseconds) {
  const double rate = gflop_per_second(gflop, milliseconds);
  const auto share = share_of_peak(report, rate);
  return fmt::format("  arithmetic   {:.1f} GFLOP, {:.0f} GFLOP/s{}\n", gflop, rate,
                     share ? fmt::format(", {:.1f} % of the peak", 100 * *share) : "");
}

std::string text_of(const std::vector<KindProfile>& kinds, std::int64_t steps) {
  const double runs = static_cast<double>(steps);
  double seconds = 0;
  for (const KindProfile& kind : kinds) seconds += kind.seconds;
  std::string text =
      fmt::format("  {:<44}{:>8}{:>10}{:>8}{:>10}\n", "time by kernels, a step", "calls", "ms", "%", "GFLOP/s");
  for (const KindProfile& kind : kinds) {
    text +=
        fmt::format("    {:<42}{:>8.1f}{:>10.2f}{:>8.1f}{:>10.0f}\n", kind.kind, static_cast<double>(kind.calls) / runs,
                    1000 * kind.seconds / runs, 100 * kind.seconds / seconds, 1e-9 * kind.flops / kind.seconds);
  }
  return text;
}

std::string text_of(const BenchReport& report, const PaddedMeasurement& padded) {
  const ModelShape& shape = report.padded_shape;
  std::string text = fmt::format("padded training step, {} x {} x {}\n  time         {}\n", shape.rows,
                                 shape.source_length, shape.target_length, text_of(padded.timing));
  text += rate_text(report, padded.needed_gflop, padded.timing.median());
  text += fmt::format("  executed     {:.1f} GFLOP\n", padded.graph.executed_gflop);
  text +=
      fmt::format("  arena        {}, {:.3f} times the lower bound\n", bytes_text(padded.graph.arena_bytes),
                  static_cast<double>(padded.graph.arena_bytes) / static_cast<double>(padded.graph.lower_bound_bytes));
  text += fmt::format("  memory       {} of the process, at most\n", bytes_text(padded.peak_resident_bytes));
  return text + text_of(padded.kinds, padded.profiled_steps);
}

std::string text_of(const BenchReport& report, const RealMeasurement& real) {
  const double milliseconds = real.timing.mean();
  std::string text = fmt::format("training on the corpus, {} batches\n  time         {:.0f} ms a batch\n",
                                 real.timing.milliseconds.size(), milliseconds);
  text += rate_text(report, real.needed_gflop, milliseconds);
  text += fmt::format("  executed     {:.1f} GFLOP\n", real.executed_gflop);
  text += fmt::format("  tokens       {} of the target a second, loss {:.4f}\n", count_text(tokens_per_second(real)),
                      real.loss);
  text += fmt::format("  shapes       {}, compiled before in {:.0f} ms each; {:.2f} % padding\n", real.shapes,
                      real.compile_milliseconds / static_cast<double>(real.shapes), 100 * real.padding.overall);
  text += fmt::format("  memory       {} of the process, at most\n", bytes_text(real.peak_resident_bytes));
  return text + text_of(real.kinds, std::ssize(real.timing.milliseconds));
}

std::string text_of(const std::string& precision, const DecodingMeasurement& decoding) {
  return fmt::format("  {:<13}{:.0f} sentences a second, {} for {}; the first time, with compiling, {:.0f} ms\n",
                     precision, sentences_per_second(decoding), text_of(decoding.timing), decoding.sentences,
                     decoding.first_milliseconds);
}

std::string text_of(const std::string& title, const CompileMeasurement& compile) {
  return fmt::format(
      "{}\n  build        {}, with the gradient; at most {} nodes\n  compile      {}\n"
      "  arena        at most {:.3f} times the lower bound\n",
      title, text_of(compile.build), compile.nodes, text_of(compile.compile), compile.worst_arena_ratio);
}

std::string text_of(const ThreadsMeasurement& scaling) {
  return fmt::format("padded training step by threads\n  1            {}\n  {:<13}{}\n  gain         {:.2f} times\n",
                     text_of(scaling.one), scaling.threads, text_of(scaling.all),
                     scaling.one.median() / scaling.all.median());
}

}  // namespace

std::string as_json(const BenchReport& report) {
  Json object{{"threads", report.threads}};
  if (report.peak) {
    object["peak"] = {{"milliseconds", json_of(report.peak->timing)}};
    object["peak"]["gflop_per_second"] = report.peak->gflop_per_second();
  }
  if (report.padded) object["padded"] = json_of(report, *report.padded);
  if (report.real) object["real"] = json_of(report, *report.real);
  for (const auto& [precision, decoding] : report.decoding) object["decoding"][precision] = json_of(decoding);
  for (const auto& [precision, latency] : report.latency) {
    object["latency"][precision] = {{"milliseconds", json_of(latency.timing)}};
  }
  if (report.compile_padded) object["compile"]["padded"] = json_of(*report.compile_padded);
  if (report.compile_corpus) object["compile"]["corpus"] = json_of(*report.compile_corpus);
  if (report.scaling) {
    object["scaling"] = {{"threads", report.scaling->threads},
                         {"one_thread_milliseconds", json_of(report.scaling->one)},
                         {"all_threads_milliseconds", json_of(report.scaling->all)},
                         {"gain", report.scaling->one.median() / report.scaling->all.median()}};
  }
  return object.dump(2) + "\n";
}

std::string as_text(const BenchReport& report) {
  std::string text = fmt::format("{} threads\n", report.threads);
  if (report.peak) {
    text += fmt::format("packed product of 2048 x 2048 matrices\n  time         {}\n  peak         {:.0f} GFLOP/s\n",
                        text_of(report.peak->timing), report.peak->gflop_per_second());
  }
  if (report.padded) text += text_of(report, *report.padded);
  if (report.real) text += text_of(report, *report.real);
  if (!report.decoding.empty()) text += "greedy search\n";
  for (const auto& [precision, decoding] : report.decoding) text += text_of(precision, decoding);
  if (!report.latency.empty()) text += "one sentence alone\n";
  for (const auto& [precision, latency] : report.latency)
    text += fmt::format("  {:<13}{}\n", precision, text_of(latency.timing));
  if (report.compile_padded) text += text_of("compiling the padded shape again and again", *report.compile_padded);
  if (report.compile_corpus)
    text += text_of(fmt::format("compiling the corpus's {} shapes", report.compile_corpus->build.milliseconds.size()),
                    *report.compile_corpus);
  if (report.scaling) text += text_of(*report.scaling);
  return text;
}

}  // namespace weft::nmt
