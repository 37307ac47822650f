#include "tools/weft-nmt/http_server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "graph/error.h"

namespace weft::nmt {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kBacklog = 1024;  // connections that the system holds until they are accepted
constexpr std::chrono::milliseconds kGrace{250};

// What a request may send altogether: httplib would keep headers without end. A body may come in chunks of a byte, each
// of which takes six.
constexpr std::size_t kMaxHeaders = std::size_t{1} << 16;
constexpr std::size_t kMaxPacking = 6;

/// A connection that gives up at a deadline, whatever trickles in before it: httplib's own stream gives a slow client
/// the whole time anew for each byte.
class SocketStream : public httplib::Stream {
 public:
  SocketStream(socket_t socket, const HttpLimits& limits)
      : socket_(socket),
        time_(limits.time),
        read_deadline_(Clock::now() + limits.time),
        bytes_left_(kMaxHeaders + kMaxPacking * limits.body) {}

  bool is_readable() const override { return position_ < size_ || wait(POLLIN, read_deadline_); }
  bool is_writable() const override { return wait(POLLOUT, Clock::now() + time_); }

  ssize_t read(char* to, std::size_t size) override {
    if (position_ == size_ && !fill()) return at_end_ ? 0 : -1;
    const std::size_t count = std::min(size, size_ - position_);
    std::memcpy(to, buffer_.data() + position_, count);
    position_ += count;
    return static_cast<ssize_t>(count);
  }

  /// All of it, or -1.
  ssize_t write(const char* from, std::size_t size) override {
    has_written_ = true;
    const Clock::time_point deadline = Clock::now() + time_;
    for (std::size_t sent = 0; sent < size;) {
      const ssize_t count = ::send(socket_, from + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count >= 0) {
        sent += static_cast<std::size_t>(count);
      } else if (errno != EINTR && (errno != EAGAIN || !wait(POLLOUT, deadline))) {
        return -1;
      }
    }
    return static_cast<ssize_t>(size);
  }

  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override { get_remote_ip_and_port(ip, port); }
  socket_t socket() const override { return socket_; }

  bool has_written() const { return has_written_; }
  bool is_late() const { return Clock::now() >= read_deadline_; }

  /// Whether something comes soon.
  bool comes_within(std::chrono::milliseconds time) const { return wait(POLLIN, Clock::now() + time); }

  /// Tells the client that there is no more, and reads what it still has to say: closing at once would take the answer
  /// away from a client that is still sending.
  void finish() {
    ::shutdown(socket_, SHUT_WR);
    read_deadline_ = std::min(read_deadline_, Clock::now() + std::chrono::seconds(2));
    do bytes_left_ = buffer_.size();
    while (fill());
  }

 private:
  bool wait(short events, Clock::time_point deadline) const {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
      if (left.count() <= 0) return false;
      pollfd poll{socket_, events, 0};
      const int ready = ::poll(&poll, 1, static_cast<int>(left.count()));
      if (ready > 0) return true;
      if (ready == 0 || errno != EINTR) return false;
    }
  }

  bool fill() {
    position_ = size_ = 0;
    for (;;) {
      if (bytes_left_ < buffer_.size() || !wait(POLLIN, read_deadline_)) return false;
      const ssize_t count = ::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      size_ = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
      bytes_left_ -= size_;
      at_end_ = count == 0;
      return count > 0;
    }
  }

  socket_t socket_;
  std::chrono::milliseconds time_;
  Clock::time_point read_deadline_;
  std::size_t bytes_left_;
  bool has_written_ = false;
  bool at_end_ = false;
  std::array<char, 4096> buffer_{};
  std::size_t position_ = 0;
  std::size_t size_ = 0;
};

/// The connection that this thread serves: httplib does not give it to handlers.
thread_local const SocketStream* served = nullptr;

/// What is cut off is no request, but whose time is over is to know that.
int of_late(int status) { return status == 400 && served != nullptr && served->is_late() ? 408 : status; }

const char* reason(int status) {
  switch (status) {
    case 404:
      return "there is nothing at this address";
    case 405:
      return "the method is not allowed at this address";
    case 408:
      return "the request has not come in time";
    case 413:
      return "the request is too large";
    case 414:
      return "the address is too long";
    default:
      return status < 500 ? "this is no HTTP request" : "the server has failed";
  }
}

void give(const HttpAnswer& answer, httplib::Response& response) {
  response.status = answer.status;
  response.set_content(answer.body, answer.content_type);
}

}  // namespace

class HttpServer::Listener : public httplib::Server {
 public:
  Listener(const HttpLimits& limits, Refusal refusal) : limits_(limits), refusal_(std::move(refusal)) {
    set_payload_max_length(limits.body);
    // httplib would share the port with any other server that listens there.
    set_socket_options([](socket_t socket) {
      const int on = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    });
    new_task_queue = [count = limits.connections] { return new httplib::ThreadPool(count); };
  }

  const HttpLimits& limits() const { return limits_; }

  /// httplib lets the system hold five connections, and 200 clients at once wait for seconds.
  void hold_more_connections() { ::listen(svr_sock_, kBacklog); }

  /// As Server::stop, but also before the server has begun to listen.
  void stop_listening() {
    stopping_ = true;
    const socket_t socket = svr_sock_.exchange(INVALID_SOCKET);
    if (socket == INVALID_SOCKET) return;
    ::shutdown(socket, SHUT_RDWR);
    ::close(socket);
  }
  bool is_stopping() const { return stopping_; }

 private:
  /// One request; on a thread of the pool. A connection that was accepted just before the end has its say, but nobody
  /// waits for one that stays silent.
  bool process_and_close_socket(socket_t socket) override {
    SocketStream stream(socket, limits_);
    const auto begin = Clock::now();
    bool comes = stream.comes_within(kGrace);
    while (!comes && !stopping_ && Clock::now() - begin < limits_.time) comes = stream.comes_within(kGrace);
    served = &stream;
    bool closed = false;
    const bool done = comes && process_request(stream, true, closed, nullptr);
    if (comes && !stream.has_written()) refuse(stream, of_late(400));
    served = nullptr;
    stream.finish();
    ::close(socket);
    return done;
  }

  /// httplib leaves without a word when the head of a request does not come to its end.
  void refuse(SocketStream& stream, int status) const {
    const std::string body = refusal_(status, reason(status));
    const std::string answer = fmt::format(
        "HTTP/1.1 {} {}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", status,
        status == 408 ? "Request Timeout" : "Bad Request", body.size(), body);
    stream.write(answer.data(), answer.size());
  }

  HttpLimits limits_;
  Refusal refusal_;
  std::atomic<bool> stopping_{false};
};

HttpServer::HttpServer(const HttpLimits& limits, Refusal refusal)
    : listener_(std::make_unique<Listener>(limits, refusal)), refusal_(std::move(refusal)) {
  listener_->set_error_handler([this](const httplib::Request&, httplib::Response& response) {
    if (!response.body.empty()) return;
    const int status = of_late(response.status);
    give({.status = status, .body = refusal_(status, reason(status))}, response);
  });
  listener_->set_exception_handler(
      [this](const httplib::Request&, httplib::Response& response, std::exception_ptr error) {
        std::string message = reason(500);
        try {
          std::rethrow_exception(error);
        } catch (const std::exception& known) {
          message = known.what();
        } catch (...) {
        }
        give({.status = 500, .body = refusal_(500, message)}, response);
      });
}

HttpServer::~HttpServer() = default;

void HttpServer::get(const std::string& path, Handler handler) {
  listener_->Get(path, [handler = std::move(handler)](const httplib::Request&, httplib::Response& response) {
    give(handler({}), response);
  });
  listener_->Post(path, [this](const httplib::Request&, httplib::Response& response) {
    response.set_header("Allow", "GET");
    give({.status = 405, .body = refusal_(405, reason(405))}, response);
  });
}

void HttpServer::post(const std::string& path, Handler handler) {
  const auto read_and_handle = [this, handler = std::move(handler)](const httplib::Request& request,
                                                                    httplib::Response& response,
                                                                    const httplib::ContentReader& read) {
    const HttpLimits& limits = listener_->limits();
    HttpRequest whole{.content_type = request.get_header_value("Content-Type"), .body = {}};
    bool is_too_large = false;
    const bool is_whole = read([&](const char* data, std::size_t size) {
      is_too_large = size > limits.body - whole.body.size();
      if (!is_too_large) whole.body.append(data, size);
      return !is_too_large;
    });
    if (is_whole) return give(handler(whole), response);
    const int status = is_too_large || response.status == 413 ? 413 : of_late(400);
    give({.status = status, .body = refusal_(status, reason(status))}, response);
  };
  listener_->Post(path, httplib::Server::HandlerWithContentReader(read_and_handle));
  listener_->Get(path, [this](const httplib::Request&, httplib::Response& response) {
    response.set_header("Allow", "POST");
    give({.status = 405, .body = refusal_(405, reason(405))}, response);
  });
}

int HttpServer::bind(const std::string& host, int port) {
  errno = 0;
  const int bound = port == 0 ? listener_->bind_to_any_port(host) : listener_->bind_to_port(host, port) ? port : -1;
  require(bound > 0, "cannot listen on {}:{}: {}; choose another --host or --port", host, port,
          errno != 0 ? std::strerror(errno) : "there is no such address");
  listener_->hold_more_connections();
  return bound;
}

void HttpServer::run() {
  if (listener_->is_stopping()) listener_->stop_listening();  // it was told to before there was anything to stop
  const bool stopped_in_order = listener_->listen_after_bind();
  require(stopped_in_order || listener_->is_stopping(), "no more connections can be accepted: {}",
          std::strerror(errno));
}

void HttpServer::stop() { listener_->stop_listening(); }

}  // namespace weft::nmt
