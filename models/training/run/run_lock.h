#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "graph/base/file.h"

namespace weft {

/// Who writes into a run directory, as messages to others say it.
struct RunWriter {
  std::string name = "training";                       ///< "another training is writing"
  std::string elsewhere = "choose another directory";  ///< how to write there
};

/// The sole right to write into a run directory, held while the object lives: a file `lock` in it that is locked by the
/// system, which lets go of it however the process ends. Reading a run needs no lock.
class RunLock {
 public:
  /// Makes the folder if it is missing. Throws Error that names the process which writes there, and when the folder or
  /// the file cannot be made. On file systems that cannot lock, nothing is locked.
  explicit RunLock(const std::filesystem::path& run, const RunWriter& writer = {});
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  /// Removes the file; the folder as well when this object made it and nothing else is in it.
  ~RunLock();

  /// Whether a process holds it now.
  static bool is_held(const std::filesystem::path& run);
  /// The file that it is.
  static std::filesystem::path path(const std::filesystem::path& run);

 private:
  std::filesystem::path run_;
  bool made_folder_ = false;
  std::unique_ptr<Descriptor> file_;
};

}  // namespace weft
