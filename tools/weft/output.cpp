#include "tools/weft/output.h"

#include "graph/base/file.h"
#include "tools/common/output.h"

namespace weft::tool {

void write_output(const std::string& path, std::string_view text) {
  if (!path.empty() && path != "-") return write_file(path, text);
  print(text);
}

}  // namespace weft::tool
