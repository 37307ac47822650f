#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace weft::nmt {

/// A request with its body, which is whole.
struct HttpRequest {
  std::string content_type;
  std::string body;
};

struct HttpAnswer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
};

struct HttpLimits {
  std::size_t body = std::size_t{1} << 20;  ///< bytes of a request's body, unpacked
  std::size_t connections = 256;            ///< that are served at once; others wait
  std::chrono::milliseconds time{10'000};   ///< in which a request must have come, and an answer gone
};

/// HTTP/1.1 over cpp-httplib, one request a connection. What is no request, too large or too slow is refused here; a
/// client can hold a connection no longer than the limits say, however slowly it sends.
class HttpServer {
 public:
  using Handler = std::function<HttpAnswer(const HttpRequest& request)>;
  /// The body of an answer that refuses a request.
  using Refusal = std::function<std::string(int status, std::string_view message)>;

  HttpServer(const HttpLimits& limits, Refusal refusal);
  ~HttpServer();

  /// Handlers run on many threads at once. What they throw is answered with status 500.
  void get(const std::string& path, Handler handler);
  void post(const std::string& path, Handler handler);

  /// Port 0 stands for any that is free. Returns the port. Throws Error when the address cannot be had.
  int bind(const std::string& host, int port);
  /// Serves until stop() is called. All requests of connections that were accepted by then are answered when it
  /// returns. Throws Error when no more connections can be accepted.
  void run();
  /// From any thread, at any time.
  void stop();

 private:
  class Listener;
  std::unique_ptr<Listener> listener_;
  Refusal refusal_;
};

}  // namespace weft::nmt
