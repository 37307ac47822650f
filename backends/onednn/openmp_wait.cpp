#include "backends/onednn/openmp_wait.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace weft {

void wait_briefly(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr) return;
  // As many as libgomp takes itself where threads outnumber processors: some microseconds.
  if (::setenv("GOMP_SPINCOUNT", "1000", 1) != 0) return;
  // By its own path, which becomes the process's name; the link stands in for a file that has been replaced since.
  const char* const link = "/proc/self/exe";
  std::error_code unreadable;
  ::execv(std::filesystem::read_symlink(link, unreadable).c_str(), argv);
  ::execv(link, argv);
  // Where that is not possible the program goes on as it is.
}

}  // namespace weft
