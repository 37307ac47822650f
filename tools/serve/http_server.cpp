#include "tools/serve/http_server.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

#include "graph/base/error.h"

namespace weft::serve {
namespace {

constexpr int backlog = 1024;  // connections that the system holds until they are accepted
constexpr int accepted_at_once = 64;
constexpr std::chrono::milliseconds tick{50};      // how exactly deadlines are kept
constexpr std::chrono::milliseconds grace{250};    // that a connection without a request has when the server stops
constexpr std::chrono::milliseconds linger{2000};  // for a client to hear the last answer
constexpr std::size_t piece_bytes = std::size_t{1} << 14;  // bytes that are received at once

// Numbers that epoll reports; those of connections follow.
constexpr std::uint64_t listener_number = 0;
constexpr std::uint64_t outbox_number = 1;
constexpr std::uint64_t first_number = 2;

/// What happens on a connection.
enum class Phase : std::uint8_t {
  ending,     ///< the last answer has gone; what the client still sends is thrown away
  reading,    ///< a request comes, or is waited for
  writing,    ///< its answer goes
  answering,  ///< a handler will answer
  closed,
};

/// Lets the process have as many descriptors as the server may need, if the system does.
void allow_descriptors(std::size_t connections) {
  constexpr std::size_t others = 64;
  rlimit limit{};
  require(::getrlimit(RLIMIT_NOFILE, &limit) == 0, "cannot ask for the limit of open files: {}", std::strerror(errno));
  const rlim_t needed = connections + others;
  if (limit.rlim_cur >= needed) return;
  limit.rlim_cur = std::min<rlim_t>(needed, limit.rlim_max);
  require(
      limit.rlim_cur == needed && ::setrlimit(RLIMIT_NOFILE, &limit) == 0,
      "{} connections need {} open files, the system allows {}: choose fewer --max-connections or raise `ulimit -n`",
      connections, needed, limit.rlim_max);
}

/// "127.0.0.1", "::1"
std::string address_text(const sockaddr_storage& address, socklen_t size) {
  std::array<char, NI_MAXHOST> host{};
  const int failure = ::getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host.data(), host.size(),
                                    nullptr, 0, NI_NUMERICHOST);
  return failure == 0 ? host.data() : "-";
}

}  // namespace

/// Answers on their way to the server's thread.
struct HttpServer::Outbox {
  int wakeup = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  std::mutex mutex;
  std::vector<std::pair<std::uint64_t, HttpAnswer>> answers;  // guarded by mutex

  Outbox() { require(wakeup >= 0, "cannot make an event: {}", std::strerror(errno)); }
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;
  ~Outbox() { ::close(wakeup); }

  void wake() const { ::eventfd_write(wakeup, 1); }
  void put(std::uint64_t number, HttpAnswer answer) {
    {
      const std::lock_guard lock(mutex);
      answers.emplace_back(number, std::move(answer));
    }
    wake();
  }
  std::vector<std::pair<std::uint64_t, HttpAnswer>> take() {
    eventfd_t count = 0;
    ::eventfd_read(wakeup, &count);
    const std::lock_guard lock(mutex);
    return std::exchange(answers, {});
  }
};

/// Where a handler's answer goes. A request whose reply is dropped is answered all the same.
struct ReplySlot {
  std::function<void(HttpAnswer)> put;
  HttpAnswer failure;
  std::atomic<bool> is_used{false};

  ReplySlot(std::function<void(HttpAnswer)> to, HttpAnswer when_dropped)
      : put(std::move(to)), failure(std::move(when_dropped)) {}
  ReplySlot(const ReplySlot&) = delete;
  ReplySlot& operator=(const ReplySlot&) = delete;
  ~ReplySlot() { fill(std::move(failure)); }

  void fill(HttpAnswer answer) {
    if (!is_used.exchange(true)) put(std::move(answer));
  }
};

struct HttpServer::Connection {
  std::uint64_t number = 0;
  int socket = -1;
  std::string client;
  std::size_t max_body = 0;
  HttpReader reader{max_body};
  Phase phase = Phase::reading;
  std::uint32_t events = 0;  ///< that epoll waits for
  bool has_ended = false;    ///< the client sends no more
  bool keeps_alive = false;  ///< after this answer
  std::size_t requests = 0;  ///< that have been answered
  std::string input;         ///< that has come behind the request
  std::string output;
  std::size_t sent = 0;
  Clock::time_point begin;     ///< of the phase, or of the request
  Clock::time_point deadline;  ///< of the phase

  Connection(std::uint64_t its_number, int its_socket, std::string its_client, std::size_t its_max_body)
      : number(its_number), socket(its_socket), client(std::move(its_client)), max_body(its_max_body) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(socket); }
};

HttpServer::HttpServer(const HttpOptions& options, HttpRouter router, Observer observe)
    : options_(options),
      router_(std::move(router)),
      observe_(std::move(observe)),
      outbox_(std::make_shared<Outbox>()),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      next_number_(first_number) {
  require(epoll_ >= 0, "cannot wait for connections: {}", std::strerror(errno));
  require(options.connections >= 2, "a server needs 2 connections at least, not {}", options.connections);
  allow_descriptors(options.connections);
  epoll_event event{.events = EPOLLIN, .data = {.u64 = outbox_number}};
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, outbox_->wakeup, &event);
}

HttpServer::~HttpServer() {
  if (listener_ >= 0) ::close(listener_);
  ::close(epoll_);
}

int HttpServer::bind(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  const auto refuse = [&](const char* why) {
    fail("cannot listen on {}:{}: {}; choose another --host or --port", host, port, why);
  };
  if (failure != 0) refuse(::gai_strerror(failure));
  const int socket = ::socket(found->ai_family, found->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, found->ai_protocol);
  if (socket < 0) refuse(std::strerror(errno));
  listener_ = socket;
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket, found->ai_addr, found->ai_addrlen) != 0 || ::listen(socket, backlog) != 0)
    refuse(std::strerror(errno));
  epoll_event event{.events = EPOLLIN, .data = {.u64 = listener_number}};
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);

  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size);
  return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(bound).sin6_port
                                           : reinterpret_cast<const sockaddr_in&>(bound).sin_port);
}

void HttpServer::stop() {
  stop_wanted_ = true;
  outbox_->wake();
}

void HttpServer::run() {
  Clock::time_point next_expiry = Clock::now();
  std::array<epoll_event, 256> events{};
  while (!stopping_ || !connections_.empty()) {
    if (stop_wanted_ && !stopping_) begin_to_stop();
    // Deadlines are looked at every tick, and not at all while there is nobody.
    const int timeout = connections_.empty() && !stopping_ ? -1 : static_cast<int>(tick.count());
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout);
    require(count >= 0 || errno == EINTR, "cannot wait for connections: {}", std::strerror(errno));
    bool is_called = false;
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      const std::uint64_t number = event.data.u64;  // a copy: the event is packed
      if (number == outbox_number) {
        deliver_replies();
      } else if (number == listener_number) {
        is_called = true;
      } else if (const auto at = connections_.find(number); at != connections_.end()) {
        on_event(*at->second, event.events);
      }
    }
    forget_closed();
    // Only now, so that whoever has sent a request already does not have to make room.
    if (is_called && !stopping_) accept_connections();
    if (const Clock::time_point now = Clock::now(); now >= next_expiry) {
      expire(now);
      next_expiry = now + tick;
    }
    forget_closed();
  }
}

void HttpServer::accept_connections() {
  for (int i = 0; i < accepted_at_once || stopping_; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int socket = ::accept4(listener_, reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      admit(socket, address_text(address, size));
      continue;
    }
    switch (errno) {
      case EAGAIN:
        return;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        if (stopping_ || !shed_one()) return;
        break;
      case EINTR:
      case ECONNABORTED:
      case EPROTO:
      case EPERM:  // by a firewall
        break;
      default:
        fail("no more connections can be accepted: {}", std::strerror(errno));
    }
  }
}

void HttpServer::admit(int socket, std::string client) {
  auto connection = std::make_unique<Connection>(next_number_++, socket, std::move(client), options_.max_body);
  if (connections_.size() >= options_.connections && !shed_one()) return;
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  connection->begin = Clock::now();
  connection->deadline = connection->begin + (stopping_ ? grace : options_.time);
  epoll_event event{.events = 0, .data = {.u64 = connection->number}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0) return;
  Connection& admitted = *connections_.emplace(connection->number, std::move(connection)).first->second;
  watch(admitted, EPOLLIN);
  receive(admitted);
  forget_closed();
}

/// Closes a connection that can best be spared: one that has been answered, then one that waits for its next request,
/// then the one whose request has been coming for longest, then the one whose answer has been going for longest. Never
/// one that waits for its answer.
bool HttpServer::shed_one() {
  const auto importance = [](const Connection& connection) {
    const bool is_idle = connection.phase == Phase::reading && !connection.reader.has_begun();
    return std::tuple(connection.phase, !(is_idle && connection.requests > 0), connection.begin);
  };
  Connection* victim = nullptr;
  for (const auto& [number, connection] : connections_)
    if (connection->phase < Phase::answering && (victim == nullptr || importance(*connection) < importance(*victim)))
      victim = connection.get();
  if (victim == nullptr) return false;
  ++shed_;
  if (victim->phase == Phase::reading && victim->reader.has_begun())
    answer(*victim, router_.refused(503, "there are too many connections; try again soon"));
  close(*victim);
  forget_closed();
  return true;
}

void HttpServer::on_event(Connection& connection, std::uint32_t events) {
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) return close(connection);
  if ((events & EPOLLOUT) != 0 && connection.phase == Phase::writing) {
    flush(connection);
    advance(connection);
  }
  if ((events & EPOLLIN) != 0) receive(connection);
}

/// Takes what has come, but not for so long that others have to wait.
void HttpServer::receive(Connection& connection) {
  constexpr int most_pieces = 8;
  std::array<char, piece_bytes> piece;
  for (int i = 0; i < most_pieces && (connection.phase == Phase::reading || connection.phase == Phase::ending); ++i) {
    const ssize_t count = ::recv(connection.socket, piece.data(), piece.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) return close(connection);
    connection.has_ended = count == 0;
    if (connection.phase == Phase::reading)
      connection.input.append(piece.data(), static_cast<std::size_t>(count));
    else if (connection.has_ended)
      return close(connection);
    advance(connection);
  }
}

/// Goes on with the request as far as what has come allows.
void HttpServer::advance(Connection& connection) {
  if (connection.phase != Phase::reading) return;
  HttpReader& reader = connection.reader;
  const bool had_begun = reader.has_begun();
  connection.input.erase(0, reader.read(connection.input));
  if (!had_begun && reader.has_begun()) {
    connection.begin = Clock::now();
    connection.deadline = connection.begin + options_.time;
  }
  if (reader.take_continue()) {
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    ::send(connection.socket, go_on.data(), go_on.size(), MSG_NOSIGNAL);
  }
  if (reader.is_whole()) return handle(connection);
  if (const auto& refusal = reader.refusal())
    return answer(connection, router_.refused(refusal->status, refusal->message));
  if (!connection.has_ended) return;
  if (!reader.has_begun()) return close(connection);
  answer(connection, router_.refused(400, "this is no HTTP request: it ends too soon"));
}

void HttpServer::handle(Connection& connection) {
  const HttpRequest& request = connection.reader.request();
  const std::size_t reserve = std::max<std::size_t>(1, options_.connections / 8);
  if (router_.is_later(request) && waiting_ >= options_.connections - reserve)
    return answer(connection,
                  router_.refused(503, "Slow down: too many requests wait for their answers; try again soon"));
  connection.phase = Phase::answering;
  watch(connection, 0);
  ++waiting_;
  const auto slot = std::make_shared<ReplySlot>(
      [outbox = outbox_, number = connection.number](HttpAnswer answer) { outbox->put(number, std::move(answer)); },
      router_.refused(500, "the server has failed"));
  router_.dispatch(request, [slot](HttpAnswer answer) { slot->fill(std::move(answer)); });
}

void HttpServer::deliver_replies() {
  for (auto& [number, reply] : outbox_->take()) {
    const auto at = connections_.find(number);
    if (at == connections_.end() || at->second->phase != Phase::answering) continue;  // the client has gone
    --waiting_;
    at->second->phase = Phase::writing;
    answer(*at->second, std::move(reply));
    advance(*at->second);
  }
}

void HttpServer::answer(Connection& connection, HttpAnswer answer) {
  const HttpRequest& request = connection.reader.request();
  const Clock::time_point now = Clock::now();
  answer = router_.completed(std::move(answer));
  const bool hears_more = !connection.has_ended || !connection.input.empty();
  connection.keeps_alive = connection.reader.is_whole() && request.keeps_alive() && hears_more && !stopping_ &&
                           options_.idle.count() > 0 && connection.requests + 1 < options_.requests;
  if (observe_)
    observe_({.client = connection.client,
              .request = request,
              .status = answer.status,
              .bytes = answer.body.size(),
              .seconds = std::chrono::duration<double>(now - connection.begin).count()});
  connection.output = to_bytes(answer, connection.keeps_alive, request.method == "HEAD");
  connection.sent = 0;
  connection.phase = Phase::writing;
  connection.begin = now;
  connection.deadline = now + options_.time;
  flush(connection);
}

void HttpServer::flush(Connection& connection) {
  while (connection.sent < connection.output.size()) {
    const std::string_view rest = std::string_view(connection.output).substr(connection.sent);
    const ssize_t count = ::send(connection.socket, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      connection.sent += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      return watch(connection, EPOLLOUT);
    } else if (errno != EINTR) {
      return close(connection);
    }
  }
  end_answer(connection);
}

/// Waits for the next request, or tells the client that there is no more and hears it out: closing at once would take
/// the answer away from a client that is still sending.
void HttpServer::end_answer(Connection& connection) {
  ++connection.requests;
  std::string().swap(connection.output);
  connection.begin = Clock::now();
  if (connection.keeps_alive) {
    connection.reader = HttpReader(options_.max_body);
    connection.phase = Phase::reading;
    connection.deadline = connection.begin + (stopping_ ? grace : options_.idle);
  } else if (connection.has_ended) {
    return close(connection);
  } else {
    ::shutdown(connection.socket, SHUT_WR);
    connection.phase = Phase::ending;
    connection.deadline = connection.begin + linger;
  }
  watch(connection, EPOLLIN);
}

void HttpServer::expire(Clock::time_point now) {
  for (const auto& [number, connection] : connections_) {
    if (connection->phase >= Phase::answering || now < connection->deadline) continue;
    if (connection->phase == Phase::reading && connection->reader.has_begun()) {
      answer(*connection, router_.refused(408, "the request has not come in time"));
    } else {
      close(*connection);
    }
  }
}

/// A connection that was accepted just before the end has its say, but nobody waits for one that stays silent.
void HttpServer::begin_to_stop() {
  stopping_ = true;
  if (listener_ >= 0) {
    accept_connections();
    ::close(std::exchange(listener_, -1));
  }
  for (const auto& [number, connection] : connections_)
    if (connection->phase == Phase::reading && !connection->reader.has_begun())
      connection->deadline = std::min(connection->deadline, Clock::now() + grace);
}

void HttpServer::watch(Connection& connection, std::uint32_t events) {
  if (connection.events == events) return;
  connection.events = events;
  epoll_event event{.events = events, .data = {.u64 = connection.number}};
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.socket, &event);
}

void HttpServer::close(Connection& connection) {
  if (connection.phase == Phase::closed) return;
  if (connection.phase == Phase::answering) --waiting_;
  connection.phase = Phase::closed;
  closed_.push_back(connection.number);
}

/// Connections are not taken away as soon as they are closed, for somebody may be at work with them.
void HttpServer::forget_closed() {
  for (const std::uint64_t number : closed_) connections_.erase(number);
  closed_.clear();
}

}  // namespace weft::serve
