#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

/// The processes that run one program together, each with a number, and what carries bytes between them. It only
/// carries: what is to be added is added by Weft, in an order of its own, so that no result depends on how it came.
///
/// All functions with bytes are called by all processes, in the same order, each time with the same sizes, from
/// one thread; and return when this process has what it is to have.
class Communicator {
 public:
  virtual ~Communicator() = default;
  /// "single", "mpi".
  virtual std::string_view name() const = 0;
  virtual int rank() const = 0;  ///< this process's number, from 0
  virtual int size() const = 0;  ///< how many there are

  /// `sent` has a part for each process, in their order, of equal sizes; `received` becomes what each sent to this one.
  virtual void all_to_all(std::span<const std::byte> sent, std::span<std::byte> received) const = 0;
  /// `whole` has a part of each process, in their order, of so many bytes, of which the last ones may be shorter or empty:
  /// this one's is given, the others' are filled in.
  virtual void all_gather(std::span<std::byte> whole, std::size_t part) const = 0;
  /// The same for parts of equal sizes.
  void all_gather(std::span<std::byte> parts) const {
    all_gather(parts, parts.size() / static_cast<std::size_t>(size()));
  }
  /// `bytes` become those of process 0. Others may wait for long: they take next to no processor time while they do.
  virtual void broadcast(std::span<std::byte> bytes) const = 0;
  /// The same processes for another thread, whose calls have an order of their own and take next to no processor time
  /// while they wait. To be called by all processes likewise. They throw Error once `stop` is requested.
  virtual std::shared_ptr<const Communicator> in_background(std::stop_token stop) const = 0;
  /// Where a process runs.
  virtual std::string host_of(int rank) const = 0;

  bool is_first() const { return rank() == 0; }
  bool is_alone() const { return size() == 1; }
};

/// One process.
const Communicator& single_process();

// What is made of these; to be called by all processes likewise.

/// Whether it is true of any process.
bool any_process(const Communicator& communicator, bool mine);
/// Of each process so many numbers as `mine` has, in the processes' order.
std::vector<double> numbers_of_all(const Communicator& communicator, std::span<const double> mine);
/// The text of process 0.
std::string text_of_first(const Communicator& communicator, std::string_view mine);
/// Throws Error, in all processes, when a line is not the same in each: with the line in the first process and in the
/// first that differs. `what`: what the lines tell of, "the settings".
void require_same_lines(const Communicator& communicator, std::string_view what, std::span<const std::string> lines);

/// to[i] += x[i].
void add_elements(std::span<float> to, std::span<const float> x);
void add_elements(std::span<double> to, std::span<const double> x);
void add_elements(std::span<std::int32_t> to, std::span<const std::int32_t> x);

/// The sum of equal parts, in the order of a binary tree, pair by pair and level by level: ((0 + 1) + (2 + 3)) + 4. The
/// first part becomes it; the others are used up.
template <typename T>
void sum_tree(std::span<T> parts, std::size_t count) {
  const std::size_t size = parts.size() / count;
  for (std::size_t step = 1; step < count; step *= 2)
    for (std::size_t i = 0; i + step < count; i += 2 * step)
      add_elements(parts.subspan(i * size, size), parts.subspan((i + step) * size, size));
}

}  // namespace weft
