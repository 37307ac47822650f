#pragma once

#include <cstddef>
#include <memory>

#include "backends/runtime/packed_copies.h"

namespace dnnl {
struct memory;
}

namespace weft::onednn {

/// A copy of weights, the right operand of products or the filter of convolutions, in the blocks that these want.
class PackedMatrix : public PackedCopy {
 public:
  struct Layout;  ///< packed_layout.h

  /// The copy in that layout of operand `operand` of a kernel.
  static PackRequest request(std::size_t operand, const std::shared_ptr<const Layout>& layout);

  explicit PackedMatrix(const Layout& layout);
  ~PackedMatrix() override;
  PackedMatrix(const PackedMatrix&) = delete;
  PackedMatrix& operator=(const PackedMatrix&) = delete;

  const dnnl::memory& copy() const;

 private:
  void pack(const void* plain, void* lent) override;

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft::onednn
