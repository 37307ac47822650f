#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace weft {

/// How far a piece of work has come.
struct ProgressState {
  std::string title;         ///< one word or two, ASCII: "Epoch 3"
  std::uint64_t done = 0;    ///< steps finished
  std::uint64_t total = 0;   ///< steps in all; 0 if that is unknown: when none is done either, the time is shown
  std::uint64_t tokens = 0;  ///< tokens worked through
  double seconds = 0;        ///< time spent on that
  std::optional<double> loss;
};

/// One line for a terminal `columns` wide, without a line end and never longer than `columns`:
/// `Epoch 3 [=========>          ]  47% 23.4 k tokens/s, 2 min 03 s left, loss 1.2345`.
/// A narrow terminal gets a shorter bar, then none, then a shorter text.
std::string format_progress(const ProgressState& state, std::size_t columns);

}  // namespace weft
