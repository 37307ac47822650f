#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "backends/runtime/execution.h"
#include "backends/runtime/profile.h"

namespace weft {

/// What the programs of a cache take.
struct ProgramMemory {
  std::size_t programs = 0;
  std::size_t bytes = 0;  ///< of them: program_bytes
  std::size_t budget = 0;
  std::size_t evicted = 0;  ///< programs that had to make room, so far
};

/// "162 programs, 250.1 MiB of at most 1.0 GiB; 3 had to make room".
std::string to_string(const ProgramMemory& memory);

/// Programs, each bound and ready to run, kept within a budget of bytes: when there is no room for another one, those that nobody has asked
/// for longest go. Of any number of owners (ProgramsByShape), who share the budget and may be on different threads.
class ProgramCache {
 public:
  /// Programs for some hundred ordinary shapes.
  static constexpr std::size_t default_budget = std::size_t{1} << 30;

  explicit ProgramCache(std::size_t budget = default_budget) : budget_(budget) {}

  /// As it is now; from any thread.
  ProgramMemory memory() const;

 private:
  friend class ProgramsByShape;
  using Shape = std::array<std::int64_t, 3>;
  /// The owner's number, and the shape.
  using Key = std::pair<std::uint64_t, Shape>;
  struct Entry {
    std::shared_ptr<Execution> program;
    std::size_t bytes = 0;
    std::list<Key>::iterator use;
  };

  std::uint64_t add_owner();
  void remove_owner(std::uint64_t owner);
  std::shared_ptr<Execution> find(const Key& key);
  void add(const Key& key, const std::shared_ptr<Execution>& program);
  std::vector<std::shared_ptr<Execution>> make_room(Entry& latest);
  std::shared_ptr<Execution> take_out(std::list<Key>::iterator use);

  mutable std::mutex mutex_;
  std::size_t budget_;
  std::map<Key, Entry> entries_;
  std::list<Key> uses_;  ///< the latest first
  std::size_t bytes_ = 0;
  std::size_t evicted_ = 0;
  std::uint64_t owners_ = 0;
};

/// One owner's programs in a cache, told apart by up to three numbers. They leave it with their owner. For one thread
/// at a time.
class ProgramsByShape {
 public:
  using Shape = ProgramCache::Shape;
  using Make = std::function<Execution()>;

  explicit ProgramsByShape(std::shared_ptr<ProgramCache> cache);
  ~ProgramsByShape();
  ProgramsByShape(const ProgramsByShape&) = delete;
  ProgramsByShape& operator=(const ProgramsByShape&) = delete;

  /// The program of that shape, which `make` compiles and binds if it is not there, or no longer. It lives as long as the
  /// caller holds it, also when it has left the cache: no other one can take its address.
  std::shared_ptr<Execution> find(const Shape& shape, const Make& make);

  /// Times the kernels of all runs from now on; what was measured before is forgotten. Programs that were timed are
  /// kept, in the cache or not, so that nothing of it is lost: memory has no bound then.
  void profile_runs(bool on);
  /// Calls `visit` with what was timed of each program, by shape.
  void visit_profiles(const std::function<void(const Profiler&)>& visit) const;

 private:
  std::shared_ptr<ProgramCache> cache_;
  std::uint64_t owner_;
  bool profiling_ = false;
  struct Profiled {
    std::shared_ptr<Execution> program;
    std::shared_ptr<const Profiler> profiler;
  };
  std::multimap<Shape, Profiled> profiled_;
};

}  // namespace weft
