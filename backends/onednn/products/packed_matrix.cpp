#include "backends/onednn/products/packed_matrix.h"

#include "backends/onednn/parallel.h"
#include "backends/onednn/products/onednn_calls.h"
#include "backends/onednn/products/packed_layout.h"
#include "backends/onednn/threads.h"

namespace weft::onednn {

namespace {

/// Packing reads and writes once, or twice where it transposes first.
int threads_for(const PackedMatrix::Layout& layout) {
  return pays_on_threads(2 * layout.packed.get_size()) ? omp_get_max_threads() : 1;
}

}  // namespace

struct PackedMatrix::Impl {
  Layout layout;
  Reorder transpose;  ///< to by_rows; none where that is plain
  Reorder pack;
  dnnl::memory source;
  /// Allocated when first used.
  dnnl::memory rows = {};
  dnnl::memory copy = {};
};

PackRequest PackedMatrix::request(std::size_t operand, const std::shared_ptr<const Layout>& layout) {
  return {.operand = operand,
          .fits =
              [layout](const PackedCopy& copy) {
                const auto* matrix = dynamic_cast<const PackedMatrix*>(&copy);
                if (matrix == nullptr) return false;
                const Layout& other = matrix->impl_->layout;
                return other.packed == layout->packed && other.plain == layout->plain;
              },
          .make = [layout] { return std::make_shared<PackedMatrix>(*layout); },
          // A copy row by row would need memory as well.
          .bytes = layout->by_rows == layout->plain ? layout->packed.get_size() : 0};
}

PackedMatrix::PackedMatrix(const Layout& layout)
    : impl_(guarded([&] {
        require_room_for_code();
        const ThreadLimit limit(threads_for(layout));  // which the reorders keep
        return std::unique_ptr<Impl>(new Impl{
            .layout = layout,
            .transpose = layout.by_rows == layout.plain ? Reorder() : Reorder(layout.plain, layout.by_rows),
            .pack = Reorder(layout.by_rows, layout.packed),
            .source = without_address(layout.plain),
        });
      })) {}

PackedMatrix::~PackedMatrix() = default;

const dnnl::memory& PackedMatrix::copy() const { return impl_->copy; }

void PackedMatrix::pack(const void* plain, void* lent) {
  constexpr std::string_view failed = "packing failed";
  guarded([&] {
    const dnnl::memory::desc& packed = impl_->layout.packed;
    if (!impl_->copy) impl_->copy = lent == nullptr ? dnnl::memory(packed, cpu()) : without_address(packed);
    if (lent != nullptr) set_address(impl_->copy, lent);
    set_address(impl_->source, plain);
    if (!impl_->transpose) {
      check(impl_->pack.run(impl_->source, impl_->copy), failed);
    } else {
      if (!impl_->rows) impl_->rows = dnnl::memory(impl_->layout.by_rows, cpu());
      check(impl_->transpose.run(impl_->source, impl_->rows), failed);
      check(impl_->pack.run(impl_->rows, impl_->copy), failed);
    }
  });
}

}  // namespace weft::onednn
