#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "backends/runtime/backend.h"
#include "graph/graph.h"
#include "passes/pass.h"
#include "passes/pipeline.h"
#include "tools/common/command_line.h"

namespace weft::tool {

/// The passes up to and including `last`, which is a pass's name (its first time among them) or its number, counted
/// from 1. Throws Error for a pass that is unknown or not among them.
std::vector<const Pass*> passes_until(std::vector<const Pass*> passes, const std::string& last);

/// The passes of those names; "compilation" stands for what compiling runs. Throws Error for a name that no pass has.
std::vector<const Pass*> passes_named(const std::vector<std::string>& names);

/// Runs passes on the graph as compiling for that backend does. `memory_budget`: the bytes that rematerialise keeps
/// the arena within; without it, that pass does nothing. `processes`: how many train together, for data-parallel.
void run_passes_for(Graph& graph, const Backend& backend, const std::vector<const Pass*>& passes,
                    const PassObserver& observer = {}, std::optional<std::size_t> memory_budget = {},
                    int processes = 1);

/// Adds --processes.
Option add_processes_option(const Command& command, int& processes);

/// Adds --disable-pass (or --without), which may be repeated: names of passes that compiling leaves out.
Option add_disabled_passes_option(const Command& command, std::vector<std::string>& names);
/// Adds --precision, f32 or bf16.
Option add_precision_option(const Command& command, Precision& precision);
/// Adds --check-passes.
Option add_check_passes_option(const Command& command, bool& check);

/// How far a graph is compiled before a command looks at it.
struct StageOptions {
  std::string stage = "before";
  std::string after;
  std::vector<std::string> without;
  Precision precision = Precision::f32;
  bool check_passes = false;
  std::optional<std::size_t> memory_budget;
  std::string backend = "onednn";
  int processes = 1;

  /// Whether any pass runs at all.
  bool compiles() const {
    return stage == "after" || !after.empty() || !without.empty() || check_passes || memory_budget || processes > 1 ||
           precision != Precision::f32;
  }
};

/// Adds --stage, --after (or --stop-after), --disable-pass, --precision, --memory-budget, --check-passes, --backend and
/// --processes, as a group of their own.
void add_stage_options(const Command& command, StageOptions& options);

/// Runs the passes that the options ask for; says on standard error what keeping to a memory budget cost.
void bring_to_stage(Graph& graph, const StageOptions& options);

}  // namespace weft::tool
