#include "models/training/progress_line.h"

#include <fmt/core.h>

#include <algorithm>

#include "graph/base/quantity.h"

namespace weft {
namespace {

constexpr std::size_t min_bar = 10, max_bar = 40;

double fraction_done(const ProgressState& state) {
  if (state.total == 0) return 0;
  return std::min(1.0, static_cast<double>(state.done) / static_cast<double>(state.total));
}

/// ` [=====>    ]`, `columns` wide with its frame.
std::string bar(double fraction, std::size_t columns) {
  const std::size_t inner = columns - 3;
  const auto filled = static_cast<std::size_t>(fraction * static_cast<double>(inner));
  std::string line(inner, ' ');
  std::fill_n(line.begin(), filled, '=');
  if (filled < inner) line[filled] = '>';
  return " [" + line + "]";
}

std::string amount(const ProgressState& state) {
  // Rounded down, so that 100% means finished.
  if (state.total > 0) return fmt::format(" {:3}%", static_cast<int>(fraction_done(state) * 100));
  if (state.done > 0) return fmt::format(" {} steps", count_text(static_cast<double>(state.done)));
  return fmt::format(", {}", duration_text(state.seconds));
}

std::string details(const ProgressState& state) {
  std::string text;
  if (state.tokens > 0 && state.seconds > 0) {
    text += fmt::format(" {} tokens/s,", count_text(static_cast<double>(state.tokens) / state.seconds));
  }
  if (state.done > 0 && state.done < state.total) {
    const double remaining = static_cast<double>(state.total - state.done) / static_cast<double>(state.done);
    text += fmt::format(" {} left,", duration_text(state.seconds * remaining));
  }
  if (state.loss) text += fmt::format(" loss {:.4f},", *state.loss);
  if (!text.empty()) text.pop_back();  // the last comma
  return text;
}

}  // namespace

std::string format_progress(const ProgressState& state, std::size_t columns) {
  std::string line = state.title;
  const std::string rest = amount(state) + details(state);
  const std::size_t needed = line.size() + rest.size();
  if (state.total > 0 && needed + min_bar <= columns)
    line += bar(fraction_done(state), std::min(max_bar, columns - needed));
  line += rest;
  line.resize(std::min(line.size(), columns));
  return line;
}

}  // namespace weft
