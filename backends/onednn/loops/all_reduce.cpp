// A bucket, a part of the values one behind the other, is cut into a slice for each process. A process gets its slice
// of every other one, adds them up, and gives the sum to all:
//
//   process 0   a0 b0         a0 a1   a = a0 + a1         a b
//   process 1   a1 b1   ->    b0 b1   b = b0 + b1   ->    a b
//
// So each sends and receives 2 (n - 1) / n of the bytes, whatever n is, and no sum depends on how they came.

#include <algorithm>
#include <cstring>
#include <vector>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/collective.h"

namespace weft::onednn {
namespace {

constexpr std::int64_t slice_bytes_step = 64;

/// A part of a value: where it lies in its bucket.
struct BucketPart {
  std::size_t value;
  std::int64_t offset;     ///< bytes from the value's start
  std::int64_t in_bucket;  ///< bytes from the bucket's
  std::int64_t bytes;
};

struct Bucket {
  std::vector<BucketPart> parts;
  std::int64_t bytes = 0;
};

std::vector<Bucket> buckets_of(std::span<const TensorType> values, std::int64_t most_bytes) {
  std::vector<Bucket> buckets;
  for (std::size_t i = 0; i < values.size(); ++i)
    for (std::int64_t offset = 0; offset < values[i].bytes();) {
      if (buckets.empty() || buckets.back().bytes == most_bytes) buckets.emplace_back();
      Bucket& bucket = buckets.back();
      const std::int64_t bytes = std::min(values[i].bytes() - offset, most_bytes - bucket.bytes);
      bucket.parts.push_back({i, offset, bucket.bytes, bytes});
      bucket.bytes += bytes;
      offset += bytes;
    }
  return buckets;
}

template <typename T>
class AllReduce {
 public:
  AllReduce(const KernelSpec& spec, std::shared_ptr<const Communicator> communicator)
      : communicator_(std::move(communicator)),
        buckets_(buckets_of(spec.operands, bytes_in_flight(communicator_->size()))) {
    for (const Bucket& bucket : buckets_) most_slice_ = std::max(most_slice_, slice_of(bucket));
  }

  /// What is sent, and what comes.
  std::size_t scratch_bytes() const { return static_cast<std::size_t>(2 * size() * most_slice_); }

  void operator()(const KernelBuffers& buffers) const {
    for (const Bucket& bucket : buckets_) run(bucket, buffers);
  }

 private:
  std::int64_t size() const { return communicator_->size(); }
  std::int64_t slice_of(const Bucket& bucket) const {
    const std::int64_t steps = size() * slice_bytes_step;
    return (bucket.bytes + steps - 1) / steps * slice_bytes_step;
  }

  void run(const Bucket& bucket, const KernelBuffers& buffers) const {
    const auto slice = static_cast<std::size_t>(slice_of(bucket));
    const std::size_t all = slice * static_cast<std::size_t>(size());
    auto* const memory = static_cast<std::byte*>(buffers.scratch);
    const std::span<std::byte> sent(memory, all);
    const std::span<std::byte> received(memory + all, all);
    for (const BucketPart& part : bucket.parts)
      std::memcpy(sent.data() + part.in_bucket, buffers.operand<std::byte>(part.value) + part.offset,
                  static_cast<std::size_t>(part.bytes));
    std::ranges::fill(sent.subspan(static_cast<std::size_t>(bucket.bytes)), std::byte{0});
    communicator_->all_to_all(sent, received);
    sum_tree(std::span<T>(reinterpret_cast<T*>(received.data()), all / sizeof(T)), static_cast<std::size_t>(size()));
    std::ranges::copy(received.first(slice), sent.data() + static_cast<std::size_t>(communicator_->rank()) * slice);
    communicator_->all_gather(sent);
    for (const BucketPart& part : bucket.parts)
      std::memcpy(buffers.result<std::byte>(part.value) + part.offset, sent.data() + part.in_bucket,
                  static_cast<std::size_t>(part.bytes));
  }

  std::shared_ptr<const Communicator> communicator_;
  std::vector<Bucket> buckets_;
  std::int64_t most_slice_ = 0;
};

/// The sums of one process are what it gave.
Kernel copies(const KernelSpec& spec) {
  std::vector<std::size_t> bytes;
  for (const TensorType& type : spec.operands) bytes.push_back(static_cast<std::size_t>(type.bytes()));
  return {.run =
              [bytes](const KernelBuffers& buffers) {
                for (std::size_t i = 0; i < bytes.size(); ++i)
                  if (buffers.results[i] != buffers.operands[i] && bytes[i] > 0)
                    std::memcpy(buffers.results[i], buffers.operands[i], bytes[i]);
              },
          .kind = "copy"};
}

}  // namespace

Kernel all_reduce_among(const KernelSpec& spec, const std::shared_ptr<const Communicator>& communicator) {
  if (communicator->is_alone()) return copies(spec);
  return dispatch_number(spec.operands[0].dtype, [&]<typename T>() -> Kernel {
    AllReduce<T> reduce(spec, communicator);
    const std::size_t scratch_bytes = reduce.scratch_bytes();
    return {.run = std::move(reduce), .scratch_bytes = scratch_bytes, .kind = "exchange"};
  });
}

Kernel all_reduce(const KernelSpec& spec) { return all_reduce_among(spec, one_process()); }

}  // namespace weft::onednn
