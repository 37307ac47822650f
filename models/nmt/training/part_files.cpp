#include "models/nmt/training/part_files.h"

#include <utility>

#include "models/nmt/data/mapped_pairs.h"
#include "models/training/run/run_files.h"

namespace weft::nmt {

std::string part_file(Part part) {
  switch (part) {
    case Part::train:
      return "train.tsv";
    case Part::valid:
      return "valid.tsv";
    case Part::test:
      return "test.tsv";
  }
  return "";
}

PairSequence pairs_in_file(const std::filesystem::path& path) {
  return [path](const VisitPair& visit) {
    if (!std::filesystem::exists(path)) return;
    for_each_line(path.string(), std::nullopt, {}, [&](LineKind kind, Pair&& pair) {
      if (kind == LineKind::pair) visit(pair);
    });
  };
}

void PartFiles::File::flush() {
  if (writer) writer->append(pending);
  pending.clear();
}

PartFiles::PartFiles(std::filesystem::path folder) : folder_(std::move(folder)) { make_run_folder(folder_); }

PartFiles::PartFiles(std::filesystem::path folder, const CorpusParts& parts) : PartFiles(std::move(folder)) {
  for (const Part part : all_parts)
    for (const Pair& pair : parts.of(part)) add(part, pair);
}

void PartFiles::add(Part part, const Pair& pair) { add(file(part), part, pair); }

void PartFiles::add(File& file, Part part, const Pair& pair) {
  constexpr std::size_t piece = std::size_t{1} << 20;
  if (!file.writer) file.writer = std::make_unique<FileWriter>(folder_ / part_file(part));
  file.pending.append(pair.target).append("\t").append(pair.source).append("\n");
  ++file.pairs;
  if (file.pending.size() >= piece) file.flush();
}

PairSequence PartFiles::pairs(Part part) {
  File& all = file(part);
  all.flush();
  return pairs_in_file(all.writer ? all.writer->temporary() : std::string());
}

std::size_t PartFiles::keep(Part part, const std::function<bool(const Pair& pair)>& is_kept, Progress& progress) {
  File kept;
  map_pairs<bool>(pairs(part), is_kept, [&](Pair&& pair, bool&& is_one) {
    if (is_one) add(kept, part, pair);
    progress.update(1, 0);
  });
  const std::size_t left_out = size(part) - kept.pairs;
  if (left_out > 0) file(part) = std::move(kept);
  return left_out;
}

void PartFiles::commit() {
  for (File& file : files_) {
    file.flush();
    if (file.writer) file.writer->commit();
    file.writer.reset();
  }
}

}  // namespace weft::nmt
