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
#include "graph/base/bfloat16.h"

namespace weft::onednn {
namespace {

template <typename T, typename Sent>
class ReduceScatter {
 public:
  ReduceScatter(const KernelSpec& spec, std::shared_ptr<const Communicator> communicator)
      : communicator_(std::move(communicator)),
        processes_(communicator_->size()),
        elements_(spec.operands[0].shape.volume()),
        shard_(spec.results[0].shape.volume()),
        piece_(piece_of_shard(shard_, processes_, sizeof(Sent))) {}

  /// What is sent, what comes, and where that is added if it is of another type.
  std::size_t scratch_bytes() const {
    const std::size_t all = static_cast<std::size_t>(processes_ * piece_);
    return all * (2 * sizeof(Sent) + (std::is_same_v<T, Sent> ? 0 : sizeof(T)));
  }

  void operator()(const KernelBuffers& buffers) const {
    for (std::int64_t first = 0; first < shard_; first += piece_) run(buffers, first, std::min(piece_, shard_ - first));
  }

 private:
  void run(const KernelBuffers& buffers, std::int64_t first, std::int64_t count) const {
    const auto all = static_cast<std::size_t>(processes_ * count);
    T* const summed = static_cast<T*>(buffers.scratch);
    const std::span<Sent> sent(reinterpret_cast<Sent*>(std::is_same_v<T, Sent> ? summed : summed + all), all);
    const std::span<Sent> received(sent.data() + all, all);
    for (std::int64_t rank = 0; rank < processes_; ++rank)
      copy_filled(buffers.operand<T>(0), elements_, rank * shard_ + first, count, sent.data() + rank * count);
    communicator_->all_to_all(std::as_bytes(sent), std::as_writable_bytes(received));
    const std::span<T> terms(std::is_same_v<T, Sent> ? reinterpret_cast<T*>(received.data()) : summed, all);
    if constexpr (!std::is_same_v<T, Sent>) std::ranges::copy(received, terms.begin());
    sum_tree(terms, static_cast<std::size_t>(processes_));
    std::copy_n(terms.data(), count, buffers.result<T>(0) + first);
  }

  std::shared_ptr<const Communicator> communicator_;
  std::int64_t processes_;
  std::int64_t elements_;
  std::int64_t shard_;
  std::int64_t piece_;  ///< of a shard, so many elements at once
};

template <typename T, typename Sent>
Kernel made(const KernelSpec& spec, const std::shared_ptr<const Communicator>& communicator) {
  ReduceScatter<T, Sent> reduce(spec, communicator);
  const std::size_t scratch_bytes = reduce.scratch_bytes();
  return {
      .run = std::move(reduce), .scratch_bytes = scratch_bytes, .kind = communicator->is_alone() ? "copy" : "exchange"};
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
