#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "graph/error.h"

namespace weft::nmt {

/// The command was called wrongly: exit status 2, and a pointer to its help.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// Exit statuses of the tool. A training that was stopped by a signal ends with 128 and the signal's number.
inline constexpr int kDone = 0, kFailed = 1, kWrongUsage = 2;

/// A command of the tool: its options, and what to run when they have been read. `run` returns the exit status.
struct Command {
  CLI::App* app = nullptr;
  std::function<int()> run;
};

// Each declares its command in the tool's options.
Command train_command(CLI::App& tool);
Command translate_command(CLI::App& tool);
Command evaluate_command(CLI::App& tool);
Command attention_command(CLI::App& tool);
Command info_command(CLI::App& tool);
Command report_command(CLI::App& tool);
Command vocab_command(CLI::App& tool);
Command bench_command(CLI::App& tool);

}  // namespace weft::nmt
