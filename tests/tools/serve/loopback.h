#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "tools/serve/http_server.h"

namespace weft::serve::test {

/// A server on a free port of this machine, on a thread of its own, until it leaves its scope.
class RunningServer {
 public:
  explicit RunningServer(HttpServer& server)
      : server_(server), port_(server.bind("127.0.0.1", 0)), thread_([&server] { server.run(); }) {}
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;
  ~RunningServer() {
    server_.stop();
    thread_.join();
  }
  int port() const { return port_; }

 private:
  HttpServer& server_;
  int port_;
  std::thread thread_;
};

/// A client that says what it likes. Signals (libFuzzer's alarm, say) only make it begin a call again.
class Client {
 public:
  explicit Client(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    do {
      is_connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    } while (!is_connected_ && errno == EINTR);
  }
  Client(Client&& other) noexcept : socket_(std::exchange(other.socket_, -1)), is_connected_(other.is_connected_) {}
  Client& operator=(Client&&) = delete;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() {
    if (socket_ >= 0) ::close(socket_);
  }

  bool is_connected() const { return is_connected_; }
  /// False when the server does not take it any more.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  void send_no_more() const { ::shutdown(socket_, SHUT_WR); }
  /// Closes it so that the server learns of it as of an error.
  void reset() {
    const linger none{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    ::close(std::exchange(socket_, -1));
  }
  /// What comes until that text is there, or until the server closes the connection. Nothing when it takes too long.
  std::optional<std::string> receive(std::string_view until = {},
                                     std::chrono::milliseconds time = std::chrono::seconds(10)) const {
    std::string received;
    const auto deadline = std::chrono::steady_clock::now() + time;
    while (until.empty() || received.find(until) == std::string::npos) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      pollfd poll{socket_, POLLIN, 0};
      if (left.count() <= 0) return std::nullopt;
      const int ready = ::poll(&poll, 1, static_cast<int>(left.count()));
      if (ready < 0 && errno == EINTR) continue;
      if (ready <= 0) return std::nullopt;
      char piece[4096];
      const ssize_t count = ::recv(socket_, piece, sizeof piece, 0);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return received;
      received.append(piece, static_cast<std::size_t>(count));
    }
    return received;
  }

 private:
  int socket_;
  bool is_connected_ = false;
};

}  // namespace weft::serve::test
