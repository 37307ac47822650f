// Open addressing with linear probing: an entry lies at its hash's place, or at the first free one behind it.

#include "graph/name_table.h"

#include <functional>

#include "graph/base/error.h"

namespace weft {
namespace {

constexpr std::size_t first_size = 16;

std::uint32_t hash_of(std::string_view name) {
  const std::size_t hash = std::hash<std::string_view>{}(name);
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

}  // namespace

std::size_t NameTable::place_of(std::string_view name, std::uint32_t hash, const Nodes& nodes) const {
  const std::size_t mask = entries_.size() - 1;
  for (std::size_t place = hash & mask;; place = (place + 1) & mask) {
    const Entry& entry = entries_[place];
    const bool free = !entry.id && !entry.erased;
    if (free || (entry.id && entry.hash == hash && nodes[entry.id.index].name == name)) return place;
  }
}

NodeId NameTable::find(std::string_view name, const Nodes& nodes) const {
  return entries_.empty() ? NodeId{} : entries_[place_of(name, hash_of(name), nodes)].id;
}

void NameTable::insert(NodeId id, const Nodes& nodes) {
  if (2 * (taken_ + 1) > entries_.size()) grow();
  const std::string_view name = nodes[id.index].name;
  const std::uint32_t hash = hash_of(name);
  Entry& entry = entries_[place_of(name, hash, nodes)];
  check_invariant(!entry.id, "two nodes are named '{}'", name);
  entry = {hash, id};
  ++taken_;
}

void NameTable::erase(NodeId id, const Nodes& nodes) {
  const std::string_view name = nodes[id.index].name;
  Entry& entry = entries_[place_of(name, hash_of(name), nodes)];
  check_invariant(entry.id == id, "'{}' is not in the table of names", name);
  entry = {0, {}, true};
}

/// Makes room for as many again as there are, and drops the erased ones.
void NameTable::grow() {
  std::size_t count = 0;
  for (const Entry& entry : entries_) count += entry.id ? 1 : 0;
  std::size_t size = first_size;
  while (size < 4 * (count + 1)) size *= 2;
  std::vector<Entry> old(size);
  old.swap(entries_);
  const std::size_t mask = size - 1;
  for (const Entry& entry : old) {
    if (!entry.id) continue;
    std::size_t place = entry.hash & mask;
    while (entries_[place].id) place = (place + 1) & mask;
    entries_[place] = entry;
  }
  taken_ = count;
}

}  // namespace weft
