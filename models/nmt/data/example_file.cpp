#include "models/nmt/data/example_file.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>
#include <utility>

#include "graph/base/error.h"

namespace weft::nmt {
namespace {

static_assert(std::endian::native == std::endian::little, "the lowest byte of a number comes first in the file");

constexpr std::uint64_t magic = 0x31736469'74666577;  // "weftids1"
constexpr std::size_t block = 64;
constexpr std::size_t piece = std::size_t{1} << 20;

std::uint64_t checksum_of(const ExampleFileFooter& footer) {
  Checksum checksum;
  checksum.add(std::as_bytes(std::span(&footer, 1)).first(offsetof(ExampleFileFooter, checksum)));
  return checksum.value();
}

std::uint64_t bytes_before_footer(const ExampleFileFooter& footer) {
  return footer.ids * footer.id_bytes + footer.examples * sizeof(ExampleLengths);
}

/// The footer; nothing when the file has none, or another size than it says.
std::optional<ExampleFileFooter> read_footer(const FileReader& file) {
  ExampleFileFooter footer;
  if (file.size() < sizeof footer) return std::nullopt;
  file.read_at(file.size() - sizeof footer, std::as_writable_bytes(std::span(&footer, 1)));
  if (footer.magic != magic || footer.checksum != checksum_of(footer)) return std::nullopt;
  if (bytes_before_footer(footer) != file.size() - sizeof footer) return std::nullopt;
  return footer;
}

ExampleFileFooter require_footer(const std::filesystem::path& path, const FileReader& file) {
  const std::optional<ExampleFileFooter> footer = read_footer(file);
  require(footer.has_value(), "'{}' is damaged: it does not end as a file of ids does; remove it, it is made again",
          path.string());
  return *footer;
}

/// The ids of `bytes`, each of as many as `Stored` has.
template <typename Stored>
void append_ids(std::span<const std::byte> bytes, std::vector<std::int32_t>& ids) {
  for (; !bytes.empty(); bytes = bytes.subspan(sizeof(Stored))) {
    Stored id{};
    std::ranges::copy(bytes.first(sizeof id), std::as_writable_bytes(std::span(&id, 1)).begin());
    ids.push_back(static_cast<std::int32_t>(id));
  }
}

}  // namespace

ExampleFile::ExampleFile(std::filesystem::path path)
    : path_(std::move(path)), file_(path_), footer_(require_footer(path_, file_)), lengths_(footer_.examples) {
  file_.read_at(footer_.ids * footer_.id_bytes, std::as_writable_bytes(std::span(lengths_)));
  block_starts_.reserve(lengths_.size() / block + 1);
  std::uint64_t ids = 0;
  for (std::size_t i = 0; i < lengths_.size(); ++i) {
    if (i % block == 0) block_starts_.push_back(ids);
    ids += std::uint64_t{lengths_[i].source} + lengths_[i].target;
  }
  require(ids == footer_.ids, "'{}' is damaged: its examples have {} ids, it holds {}; remove it, it is made again",
          path_.string(), ids, footer_.ids);
}

bool ExampleFile::is_whole(const std::filesystem::path& path, std::uint64_t origin) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  FileReader file(path);
  const std::optional<ExampleFileFooter> footer = read_footer(file);
  if (!footer || footer->origin != origin) return false;
  Checksum content;
  std::vector<std::byte> buffer(piece);
  for (std::uint64_t left = bytes_before_footer(*footer); left > 0;) {
    const auto next = std::span(buffer).first(static_cast<std::size_t>(std::min<std::uint64_t>(left, piece)));
    if (file.read(next) < next.size()) return false;
    content.add(next);
    left -= next.size();
  }
  return content.value() == footer->content;
}

Example ExampleFile::read(std::size_t number) const {
  std::uint64_t before = block_starts_[number / block];
  for (std::size_t i = number / block * block; i < number; ++i)
    before += std::uint64_t{lengths_[i].source} + lengths_[i].target;
  const auto [source, target] = lengths_[number];
  std::vector<std::byte> bytes((std::size_t{source} + target) * footer_.id_bytes);
  file_.read_at(before * footer_.id_bytes, bytes);
  const auto ids_of = [&](std::span<const std::byte> side) {
    std::vector<std::int32_t> ids;
    ids.reserve(side.size() / footer_.id_bytes);
    footer_.id_bytes == 2 ? append_ids<std::uint16_t>(side, ids) : append_ids<std::int32_t>(side, ids);
    return ids;
  };
  const auto both = std::span<const std::byte>(bytes);
  return {ids_of(both.first(source * footer_.id_bytes)), ids_of(both.subspan(source * footer_.id_bytes))};
}

ExampleFileWriter::ExampleFileWriter(const std::filesystem::path& path, std::size_t vocabulary, std::uint64_t origin)
    : file_(path),
      footer_{.magic = magic,
              .id_bytes = vocabulary <= std::size_t{std::numeric_limits<std::uint16_t>::max()} + 1 ? 2U : 4U,
              .origin = origin} {
  pending_.reserve(2 * piece);
}

void ExampleFileWriter::add(const Example& example) {
  check_invariant(lengths_.size() < std::numeric_limits<ExampleNumber>::max(), "a file has too many examples");
  add(example.source);
  add(example.target);
  lengths_.push_back(
      {static_cast<std::uint32_t>(example.source.size()), static_cast<std::uint32_t>(example.target.size())});
}

void ExampleFileWriter::add(std::span<const std::int32_t> ids) {
  footer_.ids += ids.size();
  for (const std::int32_t id : ids) {
    const auto bytes = std::as_bytes(std::span(&id, 1)).first(footer_.id_bytes);
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  }
  if (pending_.size() >= piece) flush();
}

void ExampleFileWriter::flush() {
  write(pending_);
  pending_.clear();
}

void ExampleFileWriter::write(std::span<const std::byte> bytes) {
  content_.add(bytes);
  file_.append(bytes);
}

void ExampleFileWriter::commit() {
  flush();
  write(std::as_bytes(std::span(lengths_)));
  footer_.examples = lengths_.size();
  footer_.content = content_.value();
  footer_.checksum = checksum_of(footer_);
  file_.append(std::as_bytes(std::span(&footer_, 1)));
  file_.commit();
}

}  // namespace weft::nmt
