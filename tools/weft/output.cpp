#include "tools/weft/output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "graph/error.h"
#include "graph/file.h"

namespace weft::tool {

void write_output(const std::string& path, std::string_view text) {
  if (!path.empty() && path != "-") return write_file(path, text);
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  require(written, "cannot write to standard output: {}", std::strerror(errno));
}

}  // namespace weft::tool
