#include "models/nmt/data/text_file.h"

#include "graph/base/error.h"
#include "graph/base/file.h"
#include "models/nmt/data/gzip.h"

namespace weft::nmt {

std::string read_text(const std::string& path, std::uint64_t max_bytes) {
  std::string content = path == "-" ? read_standard_input(max_bytes) : read_file(path, max_bytes);
  if (!is_gzip(content)) return content;
  try {
    return gunzip(content, max_bytes);
  } catch (const Error& error) {
    fail("cannot read '{}': {}", path, error.what());
  }
}

}  // namespace weft::nmt
