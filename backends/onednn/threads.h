#pragma once

#include "backends/runtime/kernel.h"

namespace weft::onednn {

/// How many threads kernels run on: the processors that the process may use, unless set_thread_count or
/// OMP_NUM_THREADS says otherwise. Results do not depend on it.
int thread_count();
/// Sets it, for kernels that the calling thread runs from now on; matrix products keep the number that they were
/// compiled with, so set it before compiling. Throws Error below 1 or above 1024.
void set_thread_count(int count);

/// Whether the node's kernel takes so long on one thread, by its operations and bytes, that waking others pays: a thread
/// that sleeps is awake after some 20 to 50 microseconds.
bool pays_on_threads(const KernelSpec& spec);
/// The same of moving bytes: so many are read and written.
bool pays_on_threads(std::size_t bytes_moved);

}  // namespace weft::onednn
