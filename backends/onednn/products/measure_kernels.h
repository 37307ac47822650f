#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>

#include "backends/onednn/products/kernel_selection.h"
#include "graph/graph.h"

namespace weft::onednn {

/// Products, and how many products of a run share the packed copy that each would read: 1 where there is nothing to
/// share.
using ProductUses = std::map<ProductSite, std::int64_t>;

/// Adds the products of a compiled graph. Where graphs differ the fewest uses count.
void add_products(const Graph& compiled, ProductUses& products);

/// Times every kernel that can run each product, on the threads of the caller, and picks the fastest where it takes at
/// most 0.95 of the time of the rule's, which else is picked itself. Takes some ten times as long as the products do;
/// `on_progress` is told how many are done. Not for graphs that translate: there only the rule's kernels keep a
/// row's bits apart from the rows beside it.
KernelSelection measure_kernels(const ProductUses& products, const std::function<void(std::size_t)>& on_progress = {});

}  // namespace weft::onednn
