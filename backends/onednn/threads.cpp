#include "backends/onednn/threads.h"

#include <omp.h>

#include "graph/base/error.h"

namespace weft::onednn {

int thread_count() { return omp_get_max_threads(); }

void set_thread_count(int count) {
  require(count >= 1 && count <= 1024, "{} threads are asked for: give a number from 1 to 1024", count);
  omp_set_num_threads(count);
}

}  // namespace weft::onednn
