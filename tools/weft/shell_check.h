#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace weft::tool {

/// A command of the user's that looks at a file.
class ShellCheck {
 public:
  /// Every `{}` of the command becomes the file's path; a command without one has the path appended. `quiet`: what it
  /// prints is thrown away.
  ShellCheck(std::string command, std::chrono::seconds limit, bool quiet)
      : command_(std::move(command)), limit_(limit), quiet_(quiet) {}

  enum class Outcome { succeeded, failed, timed_out };
  /// Runs it in /bin/sh, with nothing on its standard input and all of its output on standard error, and ends it with
  /// all that it has started when its time is over. Throws Error when no process can be made.
  Outcome run(const std::filesystem::path& file) const;

 private:
  std::string command_;
  std::chrono::seconds limit_;
  bool quiet_;
};

}  // namespace weft::tool
