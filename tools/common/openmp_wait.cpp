#include "tools/common/openmp_wait.h"

#include <unistd.h>

#include <cstdlib>

namespace weft::tool {

void wait_briefly(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr) return;
  // As many as libgomp takes itself where threads outnumber processors: some microseconds.
  if (::setenv("GOMP_SPINCOUNT", "1000", 1) == 0) ::execv("/proc/self/exe", argv);
  // Where that is not possible the program goes on as it is.
}

}  // namespace weft::tool
