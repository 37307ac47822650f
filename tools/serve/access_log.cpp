#include "tools/serve/access_log.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "graph/base/error.h"
#include "graph/base/json_value.h"

namespace weft::serve {

AccessLog::AccessLog(const std::string& path)
    : path_(path),
      file_(path == "-" ? ::dup(STDOUT_FILENO)
                        : ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644)) {
  require(file_.get() >= 0, "{}: cannot write the access log: {}", path, std::strerror(errno));
}

void AccessLog::write(const HttpExchange& exchange) {
  const auto or_nothing = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  const std::string line = Json{{"time", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
                                {"client", exchange.client},
                                {"method", or_nothing(exchange.request.method)},
                                {"path", or_nothing(exchange.request.path)},
                                {"status", exchange.status},
                                {"bytes", exchange.bytes},
                                {"seconds", std::round(exchange.seconds * 1e4) / 1e4}}
                               .dump() +
                           "\n";
  // One write a line: lines of several servers do not mix. When there is no room, serving goes on.
  const bool is_written = ::write(file_.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size());
  if (!is_written && !has_failed_)
    fmt::print(stderr, "{}: the access log cannot be written: {}\n", path_, std::strerror(errno));
  has_failed_ = !is_written;
}

}  // namespace weft::serve
