#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tools/serve/http_router.h"

namespace weft::serve {

struct HttpOptions {
  std::size_t max_body = std::size_t{1} << 20;  ///< bytes of a request's body
  /// Connections that may be open at once, 2 or more. An eighth of them (1 at least) is never taken by requests that
  /// wait for their answers, so that there is always room for those that can be answered at once.
  std::size_t connections = 512;
  std::chrono::milliseconds time{10'000};  ///< in which a request must have come, and an answer gone
  std::chrono::milliseconds idle{15'000};  ///< how long a connection is kept for its next request; 0: it is not
  std::size_t requests = 100;              ///< on one connection
};

/// A request that was answered, or refused before it was whole: then what was not understood of it is empty.
struct HttpExchange {
  std::string_view client;  ///< its address
  const HttpRequest& request;
  int status = 0;
  std::size_t bytes = 0;  ///< of the answer's body
  double seconds = 0;     ///< from the request's first byte to its answer
};

/// HTTP/1.1 on one thread, which waits for all connections at once (epoll): a slow client takes memory, but nobody's
/// time. What is no request, too large or too slow is refused here. When there are too many connections, the one that
/// has been sending its request for longest, or has nothing to say, makes room for a new one; so whoever sends a whole
/// request at once is heard, however many do not.
class HttpServer {
 public:
  using Observer = std::function<void(const HttpExchange& exchange)>;

  /// The router's handlers run on the server's thread, and so must not wait. `observe` is told of each answer there.
  HttpServer(const HttpOptions& options, HttpRouter router, Observer observe = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  HttpRouter& router() { return router_; }

  /// Port 0 stands for any that is free. Returns the port. Throws Error when the address cannot be had.
  int bind(const std::string& host, int port);
  /// Serves until stop() is called. All requests of connections that were accepted by then are answered when it
  /// returns. Throws Error when no more connections can be accepted.
  void run();
  /// From any thread, at any time.
  void stop();

  // What there is now, for handlers.
  std::size_t open_connections() const { return connections_.size(); }
  std::size_t waiting_requests() const { return waiting_; }
  /// Connections that had to make room.
  std::uint64_t shed_connections() const { return shed_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Outbox;
  struct Connection;

  void accept_connections();
  void admit(int socket, std::string client);
  bool shed_one();
  void on_event(Connection& connection, std::uint32_t events);
  void receive(Connection& connection);
  void advance(Connection& connection);
  void handle(Connection& connection);
  void deliver_replies();
  void answer(Connection& connection, HttpAnswer answer);
  void flush(Connection& connection);
  void end_answer(Connection& connection);
  void expire(Clock::time_point now);
  void begin_to_stop();
  void watch(Connection& connection, std::uint32_t events);
  void close(Connection& connection);
  void forget_closed();

  HttpOptions options_;
  HttpRouter router_;
  Observer observe_;
  std::shared_ptr<Outbox> outbox_;
  std::atomic<bool> stop_wanted_{false};
  bool stopping_ = false;
  int epoll_ = -1;
  int listener_ = -1;
  std::map<std::uint64_t, std::unique_ptr<Connection>> connections_;  // by number, the oldest first
  std::vector<std::uint64_t> closed_;                                 // of these
  std::uint64_t next_number_ = 0;
  std::size_t waiting_ = 0;
  std::uint64_t shed_ = 0;
};

}  // namespace weft::serve
