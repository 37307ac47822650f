#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "graph/base/checksum.h"
#include "graph/base/file.h"
#include "models/nmt/data/examples.h"

namespace weft::nmt {

/// What an ExampleFile ends with, in the order of its bytes, the lowest of a number first.
struct ExampleFileFooter {
  std::uint64_t magic = 0;
  std::uint64_t examples = 0;
  std::uint64_t ids = 0;       ///< of all of them
  std::uint64_t id_bytes = 0;  ///< 2 or 4
  std::uint64_t origin = 0;    ///< what it was made of (ExampleFileWriter)
  std::uint64_t content = 0;   ///< XXH64 of all before the footer
  std::uint64_t checksum = 0;  ///< XXH64 of the footer up to here
};

/// Examples in a file: the ids of all of them, each one's source and then its target, in two or four bytes an id; then
/// their lengths, in four bytes a side; then the footer. The lengths alone are kept in memory, 8 bytes an example, for
/// the batches to be planned by; the ids are read where they are asked for, with a call of the system rather than
/// through a map of the file into memory, as what was read of a map counts as the process' own until it ends.
class ExampleFile {
 public:
  /// Throws Error that names the path when it cannot be read or is none.
  explicit ExampleFile(std::filesystem::path path);

  /// Whether there is such a file, made of that origin, and every byte of it is as it was written.
  static bool is_whole(const std::filesystem::path& path, std::uint64_t origin);

  std::size_t size() const { return lengths_.size(); }
  ExampleLengths lengths(std::size_t number) const { return lengths_[number]; }
  Example read(std::size_t number) const;
  /// Of all examples.
  std::uint64_t checksum() const { return footer_.content; }

 private:
  std::filesystem::path path_;
  FileReader file_;
  ExampleFileFooter footer_;
  std::vector<ExampleLengths> lengths_;
  std::vector<std::uint64_t> block_starts_;  ///< the ids before every so many examples
};

/// Writes an ExampleFile, whole or not at all, in as much memory as the lengths take. Every function throws Error that
/// names the path when it cannot be written.
class ExampleFileWriter {
 public:
  /// For ids below `vocabulary`. `origin` tells from what else it could be made of what it is made of.
  ExampleFileWriter(const std::filesystem::path& path, std::size_t vocabulary, std::uint64_t origin);

  void add(const Example& example);
  void commit();

 private:
  void add(std::span<const std::int32_t> ids);
  void write(std::span<const std::byte> bytes);
  void flush();

  FileWriter file_;
  ExampleFileFooter footer_;
  Checksum content_;
  std::vector<std::byte> pending_;
  std::vector<ExampleLengths> lengths_;
};

}  // namespace weft::nmt
