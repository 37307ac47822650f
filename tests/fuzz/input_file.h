#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace weft::fuzz {

/// A file in memory, for what can only be read from a path.
class InputFile {
 public:
  InputFile()
      : descriptor_(::memfd_create("input", MFD_CLOEXEC)), path_("/proc/self/fd/" + std::to_string(descriptor_)) {
    if (descriptor_ < 0) throw std::runtime_error("cannot make a file in memory");
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() { ::close(descriptor_); }

  /// Replaces the content; returns the path.
  const std::filesystem::path& write(std::string_view content) const {
    const bool written = ::ftruncate(descriptor_, 0) == 0 && ::pwrite(descriptor_, content.data(), content.size(), 0) ==
                                                                 static_cast<ssize_t>(content.size());
    if (!written) throw std::runtime_error("cannot write a file in memory");
    return path_;
  }

 private:
  int descriptor_;
  std::filesystem::path path_;
};

}  // namespace weft::fuzz
