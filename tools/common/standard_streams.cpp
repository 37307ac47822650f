#include "tools/common/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

namespace weft::tool {

void secure_standard_streams() {
  // In the order of their numbers: an opened file gets the least one that is free. Input that can only be written and
  // output that can only be read say so when they are used.
  constexpr int modes[] = {O_WRONLY, O_RDONLY, O_WRONLY};
  for (int stream = 0; stream < 3; ++stream)
    if (::fcntl(stream, F_GETFD) < 0) static_cast<void>(::open("/dev/null", modes[stream]));
}

}  // namespace weft::tool
