#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace weft {

/// A file descriptor that is closed when it leaves its scope.
class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  int get() const { return descriptor_; }
  /// Closes it now; returns whether that went well.
  bool close();

 private:
  int descriptor_;
};

/// Reads a file from its beginning, piece by piece. Every function throws Error that names the path.
class FileReader {
 public:
  /// Throws Error when the file is missing, a directory, or unreadable.
  explicit FileReader(const std::filesystem::path& path);
  /// The file's size when it was opened; 0 for a pipe.
  std::uint64_t size() const { return size_; }
  /// Fills `destination`, or as much of it as the rest of the file does. Returns the number of bytes read.
  std::size_t read(std::span<std::byte> destination);
  /// Fills `destination` with what stands `offset` bytes behind the beginning of the file, wherever else it is read.
  /// Throws Error when the file ends before that.
  void read_at(std::uint64_t offset, std::span<std::byte> destination) const;
  /// All that is left of it. Throws Error when that is more than `max_bytes`.
  std::string read_rest(std::uint64_t max_bytes);
  /// Standard input, from where it stands; messages call it that.
  static FileReader standard_input();

 private:
  FileReader(std::filesystem::path path, int descriptor);

  std::filesystem::path path_;
  Descriptor file_;
  std::uint64_t size_ = 0;
};

/// Writes a file whole or not at all: to a temporary name in the same folder, which commit() syncs and renames over
/// the path. Without a commit, and on any failure (disk full, no permission), the temporary file is removed and an
/// earlier file is left as it was. Every function throws Error that names the path.
class FileWriter {
 public:
  explicit FileWriter(std::filesystem::path path);
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter();

  void append(std::span<const std::byte> bytes);
  void append(std::string_view text);
  /// Where what has been appended so far can be read before the commit.
  const std::string& temporary() const { return temporary_; }
  /// Gives the file its name, for good. To be called once, after the last append.
  void commit();

 private:
  [[noreturn]] void fail_with(int error) const;

  std::filesystem::path path_;
  std::string temporary_;
  Descriptor file_;
  bool committed_ = false;
};

/// The whole content of a file. Throws Error that names the path when it is missing, a directory, unreadable, or larger
/// than `max_bytes`.
std::string read_file(const std::filesystem::path& path, std::uint64_t max_bytes = std::uint64_t{4} << 30);

/// The rest of standard input, likewise.
std::string read_standard_input(std::uint64_t max_bytes);

/// Writes `content` whole or not at all, as FileWriter does.
void write_file(const std::filesystem::path& path, std::string_view content);

}  // namespace weft
