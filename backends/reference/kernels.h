#pragma once

#include "backends/kernel.h"

/// The reference kernels: one factory an op of ops/ops.def, in backends/reference/<op>.cpp, under the op's name.
namespace weft::reference {

#define WEFT_OP(name) KernelFactory name;
#include "ops/ops.def"

}  // namespace weft::reference
