#include "backends/reference/kernels.h"
#include "backends/reference/shards.h"

namespace weft::reference {

Kernel all_gather(const KernelSpec& spec) { return copy_filled(spec); }

}  // namespace weft::reference
