#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "models/training/progress_line.h"

namespace weft::nmt {

/// Log lines, and below them a progress bar if they go to a terminal. Elsewhere (a file, a pipe, a dumb terminal) there
/// are only the log lines.
///
///     Progress progress;
///     progress.start("Epoch 1", batches);
///     progress.update(1, tokens_of_batch, loss);       // after each batch
///     progress.log(format_batch(epoch, batch, loss));  // whenever there is something to say
///     progress.stop();
class Progress {
 public:
  /// Writes to a file descriptor, which stays open.
  explicit Progress(int descriptor = STDERR_FILENO);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Begins a bar of `total` steps, or one without an end if `total` is 0.
  void start(std::string title, std::uint64_t total);

  /// Counts finished steps and their tokens; redraws the bar at most ten times a second.
  void update(std::uint64_t steps, std::uint64_t tokens, std::optional<double> loss = std::nullopt);

  /// Prints a line of log above the bar.
  void log(std::string_view line);

  /// Does a piece of work that tells nothing of its own progress, and counts its seconds on the terminal.
  void during(std::string title, const std::function<void()>& work);

  /// Takes the bar away.
  void stop();

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

}  // namespace weft::nmt
