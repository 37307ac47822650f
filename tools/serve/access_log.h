#pragma once

#include <string>

#include "graph/base/file.h"
#include "tools/serve/http_server.h"

namespace weft::serve {

/// A line of JSON for each answer:
///
///     {"time":"2026-01-31T12:00:00Z","client":"127.0.0.1","method":"POST","path":"/translate","status":200,"bytes":30,
///      "seconds":0.0123}
///
/// Texts that are translated, and queries, which may hold some, are not in it.
class AccessLog {
 public:
  /// Appends to that file; "-": to standard output. Throws Error when it cannot be opened.
  explicit AccessLog(const std::string& path);

  void write(const HttpExchange& exchange);

 private:
  std::string path_;
  Descriptor file_;
  bool has_failed_ = false;
};

}  // namespace weft::serve
