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

/// What the ids are made of: so many sentences, and what makes ids of them.
std::uint64_t origin_of(const RunDirectory& run, const fs::path& sentences) {
  Checksum origin;
  origin.add(fmt::format("{} {}\n", fs::file_size(sentences), normaliser_name(run.config().normaliser)));
  for (const auto& [name, content] : vocabulary_contents(run.source(), run.target())) origin.add(content);
  return origin.value();
}

bool is_newer(const fs::path& a, const fs::path& b) { return fs::last_write_time(a) > fs::last_write_time(b); }

}  // namespace

void encode_part(const RunDirectory& run, Part part, Progress& progress) {
  const fs::path sentences = run.pairs_path(part);
  const fs::path ids = run.ids_path(part);
  const std::uint64_t origin = origin_of(run, sentences);
  if (ExampleFile::is_whole(ids, origin) && !is_newer(sentences, ids)) return;
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
