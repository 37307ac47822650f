#include "models/nmt/training/provenance.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "graph/base/error.h"
#include "graph/base/quote.h"
#include "graph/base/sha256.h"
#include "models/nmt/config/settings.h"
#include "models/nmt/training/vocabulary_files.h"
#include "models/training/run/checkpoint.h"

namespace weft::nmt {
namespace {

constexpr std::string_view prefix = provenance_prefix;
constexpr std::string_view checksum_prefix = "sha256:";
constexpr std::size_t longest_shown = 80;

/// Beside those of the model. How pieces were found is told by the subword models themselves.
constexpr std::array<std::string_view, 2> text_settings = {"normaliser", "subwords"};

bool belongs(const Setting& setting) {
  if (setting.name == "preset") return false;
  return setting.group == SettingGroup::model || setting.group == SettingGroup::derived ||
         std::ranges::find(text_settings, setting.name) != text_settings.end();
}

std::string checksum(std::string_view bytes) {
  Sha256 sum;
  sum.update(bytes);
  return fmt::format("{}{}", checksum_prefix, sum.hex_digest());
}

}  // namespace

Metadata provenance_of(const Config& config, const Vocabulary& source, const Vocabulary& target) {
  Metadata words;
  for (const Setting& setting : settings())
    if (belongs(setting)) words[fmt::format("{}{}", prefix, setting.name)] = setting_text(setting.get(config));
  for (const auto& [name, content] : vocabulary_contents(source, target))
    words[fmt::format("{}{}", prefix, name)] = checksum(content);
  return words;
}

void check_provenance(const Metadata& trained, const Metadata& present, const std::filesystem::path& folder) {
  for (const auto& [key, word] : trained) {
    const auto at = present.find(key);
    const std::string before = excerpt(word, longest_shown);
    const std::string now = at == present.end() ? "nothing" : at->second;
    if (before == now) continue;
    const std::string name = excerpt(key.substr(prefix.size()), longest_shown);
    require(
        !before.starts_with(checksum_prefix),
        "it was trained with another '{}': its checksum was {}, now it is {}; put back the file that it was trained "
        "with, or train again",
        (folder / name).string(), before, now);
    fail("it was trained with '{}' {}, '{}' has {}; put back what it was trained with, or train again", name, before,
         (folder / "config.json").string(), now);
  }
}

}  // namespace weft::nmt
