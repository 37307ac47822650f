#pragma once

#include "backends/runtime/kernel.h"

/// The reference kernels: one factory an op of ops/ops.def, in backends/reference/OP.cpp, under the op's name.
namespace weft::reference {

#define WEFT_OP(name) KernelFactory name;
#include "ops/ops.def"

}  // namespace weft::reference
