#pragma once

#include "backends/runtime/kernel.h"

namespace weft::onednn {

/// What a pooling makes of its windows.
enum class PoolKind { maximum, maximum_of_values, maximum_gradient, average, average_gradient };

/// The kernel of a pooling whose tensors are [batch, spatial..., channels]; in f32.
Kernel channels_last_pool(const KernelSpec& spec, PoolKind kind);

}  // namespace weft::onednn
