#include "models/training/terminal_progress.h"

#include <sys/ioctl.h>

#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace weft {
namespace {

constexpr std::chrono::milliseconds redraw_interval{100};
constexpr std::chrono::seconds clock_interval{1};
constexpr std::string_view erase_line = "\r\x1b[K";

bool can_redraw(int descriptor) {
  const char* terminal = std::getenv("TERM");
  return ::isatty(descriptor) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

}  // namespace

TerminalProgress::TerminalProgress(int descriptor) : descriptor_(descriptor), is_terminal_(can_redraw(descriptor)) {}

TerminalProgress::~TerminalProgress() { TerminalProgress::stop(); }

void TerminalProgress::start(std::string title, std::uint64_t total) {
  state_ = ProgressState{};
  state_.title = std::move(title);
  state_.total = total;
  started_ = Clock::now();
  running_ = true;
  draw();
}

void TerminalProgress::update(std::uint64_t steps, std::uint64_t tokens, std::optional<double> loss) {
  state_.done += steps;
  state_.tokens += tokens;
  if (loss) state_.loss = loss;
  if (Clock::now() - last_drawn_ >= redraw_interval) draw();
}

void TerminalProgress::log(std::string_view line) {
  clear();
  write(std::string(line) + "\n");
  draw();
}

void TerminalProgress::during(std::string title, const std::function<void()>& work) {
  start(std::move(title), 0);
  {
    std::jthread clock;
    if (is_terminal_) {
      clock = std::jthread([this](const std::stop_token& ended) {
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable_any tick;
        while (!tick.wait_for(lock, ended, clock_interval, [&] { return ended.stop_requested(); })) draw();
      });
    }
    work();
  }  // the clock stops, also when the work throws
  stop();
}

void TerminalProgress::stop() {
  clear();
  running_ = false;
}

void TerminalProgress::draw() {
  if (!is_terminal_ || !running_) return;
  last_drawn_ = Clock::now();
  state_.seconds = std::chrono::duration<double>(last_drawn_ - started_).count();
  // One column less than there are: in the last one some terminals wrap.
  write(std::string(erase_line) + format_progress(state_, columns() - 1));
  drawn_ = true;
}

void TerminalProgress::clear() {
  if (drawn_) write(erase_line);
  drawn_ = false;
}

/// A log that cannot be written is no reason to stop the work, so errors are ignored.
void TerminalProgress::write(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// The terminal's present width, which may change at any time.
std::size_t TerminalProgress::columns() const {
  winsize size{};
  if (::ioctl(descriptor_, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace weft
