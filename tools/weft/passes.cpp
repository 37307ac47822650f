#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "passes/pipeline.h"
#include "tools/inspect/table.h"
#include "tools/weft/commands.h"
#include "tools/weft/graph_source.h"
#include "tools/weft/output.h"
#include "tools/weft/pass_effect.h"
#include "tools/weft/range_options.h"

namespace weft::tool {

using namespace inspect;

namespace {

std::string as_text() {
  Table table({"", "pass", "what it does"}, "rll");
  const std::vector<const Pass*> pipeline = compile_pipeline();
  for (std::size_t i = 0; i < pipeline.size(); ++i)
    table.add({std::to_string(i + 1), std::string(pipeline[i]->name), std::string(pipeline[i]->summary)});
  std::string text = "Compiling runs these passes, in this order:\n\n" + table.to_string();

  Table others({"pass", "what it does"}, "ll");
  for (const Pass* pass : all_passes())
    if (std::ranges::find(pipeline, pass) == pipeline.end())
      others.add({std::string(pass->name), std::string(pass->summary)});
  if (!others.empty()) text += "\nThese are not among them:\n\n" + others.to_string();
  return text;
}

/// The file that defines a pass, named after it.
std::string source_file(const Pass& pass) {
  std::string file(pass.name);
  std::ranges::replace(file, '-', '_');
  return fmt::format("passes/{}.cpp", file);
}

std::string as_markdown() {
  std::string text =
      "# Passes\n\n"
      "<!-- Written by tools/scripts/generate_docs.sh from the passes themselves: edit those. -->\n\n"
      "A pass rewrites a graph into one that computes the same. Each is a function in a file of its own, whose head "
      "has the\n"
      "algorithm with a graph before and after it. Each has a page with that, with what it does to the translator, "
      "and with its\n"
      "cases. `weft opt GRAPH --passes PASS` shows what a pass makes of any graph.\n\n"
      "| pass | what it does | file |\n|---|---|---|\n";
  for (const Pass* pass : all_passes()) {
    const std::string file = source_file(*pass);
    text += fmt::format("| [`{0}`](passes/{0}.md) | {1} | [{2}](../{2}) |\n", pass->name, pass->summary, file);
  }
  text +=
      "\n## The pipeline\n\n"
      "What compiling runs, in this order; [pipeline.md](pipeline.md) shows it in pictures, and\n"
      "[passes/pipeline.cpp](../passes/pipeline.cpp) says why. The graph is verified after each pass.\n\n";
  const std::vector<const Pass*> pipeline = compile_pipeline();
  for (std::size_t i = 0; i < pipeline.size(); ++i)
    text += fmt::format("{0}. [`{1}`](passes/{1}.md)\n", i + 1, pipeline[i]->name);
  text +=
      "\n## What each brings\n\n"
      "The models that speed is compared on ([performance.md](performance.md)), and the translator's step: compiled "
      "with "
      "all passes,\n"
      "and without each one that acts on them (one that others stand on takes their effect along). `weft passes "
      "--effect "
      "--model lstm --time 7`\n"
      "has the times as well, of any graph.\n\n" +
      pass_effects_on_models();
  return text;
}

struct EffectOptions {
  bool wanted = false;
  GraphSource source;
  DrawRange range;
  int runs = 0;
  bool json = false;
};

std::string effects(const EffectOptions& options) {
  require_range(options.range);
  if (is_given(options.source))
    return pass_effects(load_source(options.source), options.runs, options.range, options.json);
  // Ids within both vocabularies, and nearly all lengths beyond the padding.
  constexpr DrawRange words{.low = 0.0, .high = 1e-3, .integer_low = 1, .integer_high = 5000};
  return pass_effects(padded_training_step(), options.runs, words, options.json);
}

}  // namespace

void add_passes(Program& program) {
  const Command command = program.command("passes", "List the compiler's passes, in the order in which they run");
  const auto markdown = std::make_shared<std::string>();
  const auto effect = std::make_shared<EffectOptions>();
  Option with_effect = command.flag(
      "--effect", effect->wanted,
      "What each pass brings to a graph, compiled with all passes and without each that acts on it; to the "
      "translator's training step (64 x 19 x 11, the tutorial's sizes, masked) when none is given");
  add_graph_source(command, effect->source);
  command.option("--time", effect->runs, "Run so many steps of each, for the median")
      .value("STEPS")
      .between(1, 1000)
      .needs(with_effect);
  add_range_options(command, effect->range);
  command.flag("--json", effect->json, "The effects as JSON").needs(with_effect);
  command.option("--markdown", *markdown, "Write the documentation's page instead (-: to standard output)")
      .value("FILE")
      .excludes(with_effect);
  command.footer(
      "Examples:\n"
      "  weft passes\n"
      "  weft passes --effect --time 7\n"
      "  weft passes --effect --model lstm\n"
      "  weft passes --effect graph.json --time 20\n"
      "  weft passes --markdown docs/passes.md");
  command.action([markdown, effect] {
    if (is_given(effect->source) && !effect->wanted) throw UsageError("a graph is given, but not what for: --effect");
    if (effect->wanted)
      write_output("", effects(*effect));
    else if (markdown->empty())
      write_output("", as_text());
    else
      write_output(*markdown, as_markdown());
  });
}

}  // namespace weft::tool
