#pragma once

#include <cstdint>

#include "backends/onednn/products/primitive.h"

namespace weft::onednn {

/// Whether run_vector_products takes the product: with m, k or n 1, and no bias. Attention's contexts and their
/// gradients are batches of such; they are bound by memory, and oneDNN's calls cost more than their arithmetic.
bool is_vector_product(const Product& product);
/// Each batch's product, the batches shared among threads. Sums run over k in order (fused multiply-adds), so that
/// appended zeros leave the bits as they are; where b's rows are dotted (b transposed), in reduce_lanes' order.
void run_vector_products(const Product& product, const float* a, const float* b, float* c);

}  // namespace weft::onednn
