#include "backends/runtime/communicator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "graph/base/error.h"

namespace weft {
namespace {

class SingleProcess : public Communicator {
 public:
  std::string_view name() const override { return "single"; }
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void all_to_all(std::span<const std::byte> sent, std::span<std::byte> received) const override {
    std::ranges::copy(sent, received.begin());
  }
  void all_gather(std::span<std::byte>, std::size_t) const override {}
  void broadcast(std::span<std::byte>) const override {}
  std::shared_ptr<const Communicator> in_background(std::stop_token) const override {
    return std::make_shared<SingleProcess>();
  }
  std::string host_of(int) const override { return "this machine"; }
};

/// Of each process a whole number.
std::vector<std::int64_t> integers_of_all(const Communicator& communicator, std::int64_t mine) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(communicator.size()));
  all[static_cast<std::size_t>(communicator.rank())] = mine;
  communicator.all_gather(std::as_writable_bytes(std::span(all)));
  return all;
}

/// The text of that process.
std::string text_of(const Communicator& communicator, int rank, std::string_view mine) {
  const std::vector<std::int64_t> sizes = integers_of_all(communicator, std::ssize(mine));
  const auto longest = static_cast<std::size_t>(*std::ranges::max_element(sizes));
  const auto at = static_cast<std::size_t>(communicator.rank());
  std::vector<char> all(longest * sizes.size());
  std::ranges::copy(mine, all.begin() + static_cast<std::ptrdiff_t>(at * longest));
  communicator.all_gather(std::as_writable_bytes(std::span(all)));
  const auto from = static_cast<std::size_t>(rank);
  return std::string(all.data() + from * longest, static_cast<std::size_t>(sizes[from]));
}

template <typename T>
void add_parallel(std::span<T> to, std::span<const T> x) {
  check_invariant(to.size() == x.size(), "{} elements are added to {}", x.size(), to.size());
  T* const sums = to.data();
  const T* const terms = x.data();
  const auto count = static_cast<std::int64_t>(to.size());
#pragma omp parallel for simd if (parallel : count > 65536)
  for (std::int64_t i = 0; i < count; ++i) sums[i] += terms[i];
}

}  // namespace

const Communicator& single_process() {
  static const SingleProcess single;
  return single;
}

bool any_process(const Communicator& communicator, bool mine) {
  if (communicator.is_alone()) return mine;
  return std::ranges::count(integers_of_all(communicator, mine ? 1 : 0), 1) > 0;
}

std::vector<double> numbers_of_all(const Communicator& communicator, std::span<const double> mine) {
  std::vector<double> all(mine.size() * static_cast<std::size_t>(communicator.size()));
  std::ranges::copy(mine, all.begin() + std::ssize(mine) * communicator.rank());
  communicator.all_gather(std::as_writable_bytes(std::span(all)));
  return all;
}

std::string text_of_first(const Communicator& communicator, std::string_view mine) {
  std::int64_t size = std::ssize(mine);
  communicator.broadcast(std::as_writable_bytes(std::span(&size, 1)));
  std::string text(communicator.is_first() ? mine : std::string_view());
  text.resize(static_cast<std::size_t>(size));
  communicator.broadcast(std::as_writable_bytes(std::span(text)));
  return text;
}

void require_same_lines(const Communicator& communicator, std::string_view what, std::span<const std::string> lines) {
  if (communicator.is_alone()) return;
  std::string all;
  for (const std::string& line : lines) all += line + '\n';
  const std::string first = text_of_first(communicator, all);
  const auto [here, there] = std::ranges::mismatch(all, first);
  const bool same = here == all.end() && there == first.end();
  const std::vector<std::int64_t> differs = integers_of_all(communicator, same ? 0 : 1);
  const auto other = static_cast<int>(std::ranges::find(differs, 1) - differs.begin());
  if (other == communicator.size()) return;
  const auto line_at = [](const std::string& text, std::size_t at) {
    at = std::min(at, text.size());
    const std::size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
    return text.substr(begin, text.find('\n', at) - begin);
  };
  const std::string others = text_of(communicator, other, all);
  const auto at = static_cast<std::size_t>(std::ranges::mismatch(others, first).in1 - others.begin());
  fail("{} of process {} on {} are not those of process 0 on {}: {} there, {} here; start all of them alike", what,
       other, communicator.host_of(other), communicator.host_of(0), line_at(others, at), line_at(first, at));
}

void add_elements(std::span<float> to, std::span<const float> x) { add_parallel(to, x); }
void add_elements(std::span<double> to, std::span<const double> x) { add_parallel(to, x); }
void add_elements(std::span<std::int32_t> to, std::span<const std::int32_t> x) {
  for (std::size_t i = 0; i < to.size(); ++i)
    to[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(to[i]) + static_cast<std::uint32_t>(x[i]));
}

}  // namespace weft
