#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

/// Who is told how long work goes on; this one tells nobody. A program that trains within itself derives its own.
///
///     progress.start("Epoch 1", batches);
///     progress.update(1, tokens_of_batch, loss);  // after each batch
///     progress.log(batch_line(epoch, batch, loss));  // whenever there is something to say
///     progress.stop();
class Progress {
 public:
  virtual ~Progress() = default;

  /// Work of `total` steps begins, or without a known end if `total` is 0.
  virtual void start(std::string title, std::uint64_t total);
  /// So many more steps are done, with their tokens.
  virtual void update(std::uint64_t steps, std::uint64_t tokens, std::optional<double> loss = std::nullopt);
  /// A line of log.
  virtual void log(std::string_view line);
  /// Does a piece of work that tells nothing of its own progress.
  virtual void during(std::string title, const std::function<void()>& work);
  /// The work has ended.
  virtual void stop();
};

}  // namespace weft
