#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "graph/base/file.h"
#include "models/nmt/data/pair_sequence.h"
#include "models/nmt/data/split.h"
#include "models/training/progress.h"

namespace weft::nmt {

/// Pairs in memory: what is trained on, and what is kept out of training. Not normalised; `test` and `valid` may be
/// empty.
struct CorpusParts {
  std::vector<Pair> train = {};
  std::vector<Pair> valid = {};
  std::vector<Pair> test = {};

  std::vector<Pair>& of(Part part) { return this->*member(part); }
  const std::vector<Pair>& of(Part part) const { return this->*member(part); }

 private:
  static std::vector<Pair> CorpusParts::*member(Part part) {
    return part == Part::train ? &CorpusParts::train : part == Part::valid ? &CorpusParts::valid : &CorpusParts::test;
  }
};

inline constexpr std::array all_parts = {Part::train, Part::valid, Part::test};

/// The file of a part in the folder of a run: train.tsv, valid.tsv or test.tsv.
std::string part_file(Part part);

/// The pairs of such a file; none if it is not there.
PairSequence pairs_in_file(const std::filesystem::path& path);

/// The sentences of a run while it is made: the files of its parts, however large, under temporary names, so that an
/// earlier run in the folder is as it was until commit(). Every function throws Error that names the file when it cannot
/// be written.
class PartFiles {
 public:
  /// Makes the folder.
  explicit PartFiles(std::filesystem::path folder);
  PartFiles(std::filesystem::path folder, const CorpusParts& parts);

  void add(Part part, const Pair& pair);
  std::size_t size(Part part) const { return file(part).pairs; }
  /// What was added so far.
  PairSequence pairs(Part part);
  /// Takes out the pairs that `is_kept` is false for; returns how many. It is called by several threads at once.
  std::size_t keep(Part part, const std::function<bool(const Pair& pair)>& is_kept, Progress& progress);

  /// Gives the files their names; a part without pairs has none.
  void commit();

 private:
  struct File {
    std::unique_ptr<FileWriter> writer;
    std::string pending;
    std::size_t pairs = 0;

    void flush();
  };

  File& file(Part part) { return files_[static_cast<std::size_t>(part)]; }
  const File& file(Part part) const { return files_[static_cast<std::size_t>(part)]; }
  void add(File& file, Part part, const Pair& pair);

  std::filesystem::path folder_;
  std::array<File, all_parts.size()> files_;
};

}  // namespace weft::nmt
