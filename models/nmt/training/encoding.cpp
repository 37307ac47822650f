#include "models/nmt/training/encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "graph/base/checksum.h"
#include "models/nmt/data/mapped_pairs.h"
#include "models/nmt/text/normalise.h"
#include "models/nmt/training/preparation.h"
#include "models/nmt/training/vocabulary_files.h"

namespace weft::nmt {
namespace {

namespace fs = std::filesystem;

/// Of what the ids are made: the file of sentences as it is now, and what makes ids of a sentence.
std::uint64_t origin_of(const RunDirectory& run, const fs::path& sentences) {
  Checksum origin;
  origin.add(fmt::format("{} {} {}\n", fs::file_size(sentences),
                         fs::last_write_time(sentences).time_since_epoch().count(),
                         normaliser_name(run.config().normaliser)));
  for (const auto& [name, content] : vocabulary_contents(run.source(), run.target())) origin.add(content);
  return origin.value();
}

}  // namespace

void encode_part(const RunDirectory& run, Part part, Progress& progress) {
  const fs::path sentences = run.pairs_path(part);
  const fs::path ids = run.ids_path(part);
  const std::uint64_t origin = origin_of(run, sentences);
  if (ExampleFile::is_whole(ids, origin)) return;
  ExampleFileWriter writer(ids, std::max(run.source().size(), run.target().size()), origin);
  progress.start(fmt::format("Encoding {}", sentences.filename().string()), 0);
  map_pairs<Example>(
      run.pairs(part), [&](const Pair& pair) { return encode(pair, run.source(), run.target()); },
      [&](Pair&&, Example&& example) {
        writer.add(example);
        progress.update(1, 0);
      });
  writer.commit();
  progress.stop();
}

}  // namespace weft::nmt
