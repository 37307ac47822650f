// A process gets its shard of every other one, piece by piece, and adds them up:
//
//   process 0   a0 b0         a0 a1         a = a0 + a1
//   process 1   a1 b1   ->    b0 b1   ->    b = b0 + b1
//
// So each sends and receives (n - 1) / n of the bytes, whatever n is, and no sum depends on how they came. Where they are
// sent in bf16, all are rounded to it, a process's own as well: the sums are the same wherever they are added.

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/collective.h"
#include "backends/runtime/exchange.h"
#include "graph/base/bfloat16.h"

namespace weft::onednn {
namespace {

template <typename T, typename Sent>
class ReduceScatter {
 public:
  ReduceScatter(const KernelSpec& spec, const Communicator& communicator)
      : processes_(communicator.size()),
        elements_(spec.operands[0].shape.volume()),
        shard_(spec.results[0].shape.volume()),
        own_(communicator.rank() * shard_),
        piece_(piece_of_shard(shard_, processes_, sizeof(Sent))) {}

  /// What is sent, what comes, and where that is added if it is of another type.
  std::size_t scratch_bytes() const {
    const std::size_t all = static_cast<std::size_t>(processes_ * piece_);
    return all * (2 * sizeof(Sent) + (std::is_same_v<T, Sent> ? 0 : sizeof(T)));
  }

  void run(const Communicator& communicator, const T* x, std::span<T> shard, void* scratch) const {
    for (std::int64_t first = 0; first < shard_; first += piece_)
      run(communicator, x, shard, scratch, first, std::min(piece_, shard_ - first));
  }
  /// The sums take the place of what they are made of: this process's shard of x, as far as x has it.
  void run_in_place(const Communicator& communicator, T* x, void* scratch) const {
    run(communicator, x, {x + std::min(own_, elements_), static_cast<std::size_t>(elements_of_own())}, scratch);
  }
  /// The shard of an x that holds it.
  void take_own(const T* x, T* shard) const { copy_filled(x, elements_, own_, shard_, shard); }
  std::size_t shard_elements() const { return static_cast<std::size_t>(shard_); }

 private:
  std::int64_t elements_of_own() const { return std::clamp<std::int64_t>(elements_ - own_, 0, shard_); }

  void run(const Communicator& communicator, const T* x, std::span<T> shard, void* scratch, std::int64_t first,
           std::int64_t count) const {
    const auto all = static_cast<std::size_t>(processes_ * count);
    T* const summed = static_cast<T*>(scratch);
    const std::span<Sent> sent(reinterpret_cast<Sent*>(std::is_same_v<T, Sent> ? summed : summed + all), all);
    const std::span<Sent> received(sent.data() + all, all);
    for (std::int64_t rank = 0; rank < processes_; ++rank)
      copy_filled(x, elements_, rank * shard_ + first, count, sent.data() + rank * count);
    communicator.all_to_all(std::as_bytes(sent), std::as_writable_bytes(received));
    const std::span<T> terms(std::is_same_v<T, Sent> ? reinterpret_cast<T*>(received.data()) : summed, all);
    if constexpr (!std::is_same_v<T, Sent>) std::ranges::copy(received, terms.begin());
    sum_tree(terms, static_cast<std::size_t>(processes_));
    // The last shards may end beyond x.
    const std::int64_t there = std::clamp<std::int64_t>(std::ssize(shard) - first, 0, count);
    std::copy_n(terms.data(), there, shard.data() + std::min(first, std::ssize(shard)));
  }

  std::int64_t processes_;
  std::int64_t elements_;
  std::int64_t shard_;
  std::int64_t own_;    ///< where this process's begins
  std::int64_t piece_;  ///< of a shard, so many elements at once
};

/// The sum has been started by then; what is left is to wait for it.
template <typename T, typename Sent>
Kernel started(const ReduceScatter<T, Sent>& reduce, Exchange& exchange, std::size_t channel) {
  exchange.define_sum(
      channel,
      [reduce](const Communicator& communicator, std::span<std::byte> memory, std::span<std::byte> scratch) {
        reduce.run_in_place(communicator, reinterpret_cast<T*>(memory.data()), scratch.data());
      },
      reduce.scratch_bytes());
  return {.run =
              [reduce, &exchange, channel](const KernelBuffers& buffers) {
                exchange.await_sum(channel);
                reduce.take_own(buffers.operand<T>(0), buffers.result<T>(0));
              },
          .kind = "exchange"};
}

template <typename T, typename Sent>
Kernel made(const KernelSpec& spec, const std::shared_ptr<const Communicator>& communicator) {
  const ReduceScatter<T, Sent> reduce(spec, *communicator);
  if (const auto channel = channel_of(spec.node.attributes); channel && spec.exchange != nullptr)
    return started(reduce, *spec.exchange, static_cast<std::size_t>(*channel));
  return {.run =
              [reduce, communicator](const KernelBuffers& buffers) {
                reduce.run(*communicator, buffers.operand<T>(0), {buffers.result<T>(0), reduce.shard_elements()},
                           buffers.scratch);
              },
          .scratch_bytes = reduce.scratch_bytes(),
          .kind = communicator->is_alone() ? "copy" : "exchange"};
}

}  // namespace

Kernel reduce_scatter_among(const KernelSpec& spec, const std::shared_ptr<const Communicator>& communicator) {
  sharding_among(spec.node.attributes, communicator->size());
  if (spec.node.attributes.contains("sent") && !communicator->is_alone())
    return made<float, BFloat16>(spec, communicator);
  return dispatch_number(spec.operands[0].dtype,
                         [&]<typename T>() -> Kernel { return made<T, T>(spec, communicator); });
}

Kernel reduce_scatter(const KernelSpec& spec) { return reduce_scatter_among(spec, one_process()); }

}  // namespace weft::onednn
