#include "backends/runtime/program_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "backends/runtime/program_bytes.h"
#include "graph/base/counted.h"
#include "graph/base/quantity.h"

namespace weft {

std::string to_string(const ProgramMemory& memory) {
  return fmt::format("{}, {} of at most {}; {} had to make room", counted(memory.programs, "program"),
                     bytes_text(memory.bytes), bytes_text(memory.budget), memory.evicted);
}

ProgramMemory ProgramCache::memory() const {
  const std::lock_guard lock(mutex_);
  return {.programs = entries_.size(), .bytes = bytes_, .budget = budget_, .evicted = evicted_};
}

std::uint64_t ProgramCache::add_owner() {
  const std::lock_guard lock(mutex_);
  return ++owners_;
}

void ProgramCache::remove_owner(std::uint64_t owner) {
  std::vector<std::shared_ptr<Execution>> removed;  // destroyed when the lock is gone, here and below
  const std::lock_guard lock(mutex_);
  for (auto at = uses_.begin(); at != uses_.end();) {
    const auto use = at++;
    if (use->first == owner) removed.push_back(take_out(use));
  }
}

std::shared_ptr<Execution> ProgramCache::find(const Key& key) {
  std::vector<std::shared_ptr<Execution>> evicted;
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find(key);
  if (at == entries_.end()) return nullptr;
  uses_.splice(uses_.begin(), uses_, at->second.use);
  evicted = make_room(at->second);
  return at->second.program;
}

void ProgramCache::add(const Key& key, const std::shared_ptr<Execution>& program) {
  std::vector<std::shared_ptr<Execution>> evicted;
  const std::lock_guard lock(mutex_);
  uses_.push_front(key);
  evicted = make_room(entries_[key] = {program, 0, uses_.begin()});
}

/// Counts what the latest program takes now (its first run may have added to it), and takes out what has no room beside
/// it.
std::vector<std::shared_ptr<Execution>> ProgramCache::make_room(Entry& latest) {
  bytes_ -= latest.bytes;
  latest.bytes = program_bytes(*latest.program);
  bytes_ += latest.bytes;
  std::vector<std::shared_ptr<Execution>> evicted;
  while (bytes_ > budget_ && entries_.size() > 1) {
    evicted.push_back(take_out(std::prev(uses_.end())));
    ++evicted_;
  }
  return evicted;
}

std::shared_ptr<Execution> ProgramCache::take_out(std::list<Key>::iterator use) {
  const auto at = entries_.find(*use);
  std::shared_ptr<Execution> program = std::move(at->second.program);
  bytes_ -= at->second.bytes;
  entries_.erase(at);
  uses_.erase(use);
  return program;
}

ProgramsByShape::ProgramsByShape(std::shared_ptr<ProgramCache> cache)
    : cache_(std::move(cache)), owner_(cache_->add_owner()) {}

ProgramsByShape::~ProgramsByShape() { cache_->remove_owner(owner_); }

std::shared_ptr<Execution> ProgramsByShape::find(const Shape& shape, const Make& make) {
  std::shared_ptr<Execution> program = cache_->find({owner_, shape});
  if (!program) {
    program = std::make_shared<Execution>(make());
    cache_->add({owner_, shape}, program);
  }
  if (profiling_ && profiler_of(*program) == nullptr)
    profiled_.emplace(shape, Profiled{program, weft::profile_runs(*program)});
  return program;
}

void ProgramsByShape::profile_runs(bool on) {
  for (const auto& [shape, profiled] : profiled_) profiled.program->detach(*profiled.profiler);
  profiled_.clear();
  profiling_ = on;
}

void ProgramsByShape::visit_profiles(const std::function<void(const Profiler&)>& visit) const {
  for (const auto& [shape, profiled] : profiled_) visit(*profiled.profiler);
}

}  // namespace weft
