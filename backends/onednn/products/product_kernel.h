#pragma once

#include "backends/onednn/products/kernel_selection.h"
#include "backends/runtime/kernel.h"

namespace weft::onednn {

/// The product that a node of matmul or dense is.
ProductSite matmul_site(const KernelSpec& spec);
ProductSite dense_site(const KernelSpec& spec);

/// The product run in that way, which must be one of kernels_for. Operands: a, b, and the bias if there is one;
/// `right`: the version of b, to pack it by.
Kernel product_kernel(const Product& product, ProductKernel kernel, const Version& right);

}  // namespace weft::onednn
