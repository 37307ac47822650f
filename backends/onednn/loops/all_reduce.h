#pragma once

#include <memory>

#include "backends/runtime/communicator.h"
#include "backends/runtime/kernel.h"

namespace weft::onednn {

/// The kernel of an all_reduce among these processes, which each have the same one.
Kernel all_reduce_among(const KernelSpec& spec, const std::shared_ptr<const Communicator>& communicator);

}  // namespace weft::onednn
