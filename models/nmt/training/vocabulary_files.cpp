#include "models/nmt/training/vocabulary_files.h"

#include <fmt/format.h>

#include <memory>
#include <string_view>

#include "graph/base/error.h"
#include "graph/base/file.h"
#include "graph/base/sha256.h"

namespace weft::nmt {
namespace {

namespace fs = std::filesystem;

/// The files of a language.
struct SideFiles {
  const char* vocabulary;
  const char* model;
};
constexpr SideFiles source_side = {"vocab.source.txt", "subwords.source.model"};
constexpr SideFiles target_side = {"vocab.target.txt", "subwords.target.model"};
constexpr const char* checksum_file = "subwords.sha256";

constexpr std::uint64_t max_model_bytes = std::uint64_t{1} << 28;
constexpr std::uint64_t max_checksum_bytes = 4096;

/// A line as sha256sum writes it.
std::string checksum_line(std::string_view bytes, std::string_view name) {
  Sha256 sum;
  sum.update(bytes);
  return fmt::format("{}  {}\n", sum.hex_digest(), name);
}

Tokeniser load_tokeniser(const fs::path& folder, const SideFiles& side, const Config& config) {
  if (config.subwords == 0) return config.normaliser;
  const fs::path path = folder / side.model;
  const std::string checksums = read_file(folder / checksum_file, max_checksum_bytes);
  std::string bytes = read_file(path, max_model_bytes);
  require(checksums.find(checksum_line(bytes, side.model)) != std::string::npos,
          "'{}' is damaged, or of another run: its checksum is not the one in '{}'; train again", path.string(),
          (folder / checksum_file).string());
  return {config.normaliser, std::make_shared<const SubwordModel>(std::move(bytes), path.string())};
}

Vocabulary load_vocabulary(const fs::path& folder, const SideFiles& side, const Config& config, std::int64_t ids) {
  const fs::path path = folder / side.vocabulary;
  Vocabulary vocabulary = Vocabulary::load(path, load_tokeniser(folder, side, config));
  require(std::cmp_equal(vocabulary.size(), ids),
          "'{}' makes {} ids, the model in '{}' has {}; the files are of different runs", path.string(),
          vocabulary.size(), (folder / "config.json").string(), ids);
  return vocabulary;
}

}  // namespace

std::vector<std::string> vocabulary_file_names() {
  return {source_side.vocabulary, target_side.vocabulary, source_side.model, target_side.model, checksum_file};
}

std::map<std::string, std::string> vocabulary_contents(const Vocabulary& source, const Vocabulary& target) {
  std::map<std::string, std::string> contents;
  const auto add = [&](const Vocabulary& vocabulary, const SideFiles& side) {
    contents[side.vocabulary] = vocabulary.lines();
    if (const SubwordModel* model = vocabulary.tokeniser().subwords()) contents[side.model] = model->bytes();
  };
  add(source, source_side);
  add(target, target_side);
  return contents;
}

void save_vocabularies(const fs::path& folder, const Vocabulary& source, const Vocabulary& target) {
  std::string checksums;
  for (const auto& [name, content] : vocabulary_contents(source, target)) {
    write_file(folder / name, content);
    if (name == source_side.model || name == target_side.model) checksums += checksum_line(content, name);
  }
  if (!checksums.empty()) write_file(folder / checksum_file, checksums);
}

Vocabularies load_vocabularies(const fs::path& folder, const Config& config) {
  return {load_vocabulary(folder, source_side, config, config.model.source_vocabulary),
          load_vocabulary(folder, target_side, config, config.model.target_vocabulary)};
}

}  // namespace weft::nmt
