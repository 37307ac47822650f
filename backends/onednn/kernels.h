#pragma once

#include "backends/runtime/kernel.h"

/// The fast kernels: a factory an op of ops/ops.def, under the op's name. They compute in f32, on OpenMP's threads, and
/// give the same bits whatever the number of threads.
namespace weft::onednn {

#define WEFT_OP(name) KernelFactory name;
#define WEFT_FUSED_OP(name) KernelFactory name;
#include "ops/ops.def"

}  // namespace weft::onednn
