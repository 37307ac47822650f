#pragma once

namespace weft::onednn {

/// How many threads kernels run on: the processors that the process may use, unless set_thread_count or
/// OMP_NUM_THREADS says otherwise. Results do not depend on it.
int thread_count();
/// Sets it, for kernels that the calling thread runs from now on; matrix products keep the number that they were
/// compiled with, so set it before compiling. Throws Error below 1 or above 1024.
void set_thread_count(int count);

}  // namespace weft::onednn
