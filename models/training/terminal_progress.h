#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "models/training/progress.h"
#include "models/training/progress_line.h"

namespace weft {

/// Log lines, and below them a progress bar if they go to a terminal. Elsewhere (a file, a pipe, a dumb terminal) there
/// are only the log lines.
class TerminalProgress : public Progress {
 public:
  /// Writes to a file descriptor, which stays open.
  explicit TerminalProgress(int descriptor = STDERR_FILENO);
  ~TerminalProgress() override;
  TerminalProgress(const TerminalProgress&) = delete;
  TerminalProgress& operator=(const TerminalProgress&) = delete;

  void start(std::string title, std::uint64_t total) override;
  /// Redraws the bar at most ten times a second.
  void update(std::uint64_t steps, std::uint64_t tokens, std::optional<double> loss = std::nullopt) override;
  /// Prints the line above the bar.
  void log(std::string_view line) override;
  /// Counts the work's seconds on the terminal.
  void during(std::string title, const std::function<void()>& work) override;
  /// Takes the bar away.
  void stop() override;

 private:
  using Clock = std::chrono::steady_clock;

  void draw();
  void clear();
  void write(std::string_view text) const;
  std::size_t columns() const;

  int descriptor_;
  bool is_terminal_;
  bool running_ = false;  // between start and stop
  bool drawn_ = false;    // a bar stands on the terminal's last line
  ProgressState state_;
  Clock::time_point started_;
  Clock::time_point last_drawn_;
};

}  // namespace weft
