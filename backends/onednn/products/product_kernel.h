#pragma once

#include <optional>

#include "backends/onednn/products/kernel_selection.h"
#include "backends/runtime/kernel.h"

namespace weft::onednn {

/// The product that a node of matmul or dense is; none where batches broadcast, for which there is one kernel alone.
std::optional<ProductSite> product_site(const KernelSpec& spec);

/// The kernel of a matmul or dense that the selection names.
Kernel selected_product(const KernelSpec& spec, const KernelSelection& selection);

/// The product run in that way, which must be one of kernels_for. Operands: a, b, and the bias if there is one.
Kernel product_kernel(const ProductSite& site, ProductKernel kernel);

}  // namespace weft::onednn
