#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "tests/fuzz/harness.h"
#include "tests/tools/serve/loopback.h"
#include "tools/serve/figures.h"

// The server's socket layer, from a client that sends the input in pieces: the server answers, in the order of the
// requests, and closes the connection, or closes it; it never lets a client hang that has said all, and its memory has
// a bound.
//
// The input is steps: a byte that says what to do with as many bytes as the next one says: to send them, to send them
// and wait for whatever is answered, to send no more and hear the rest, or to go away without a word. What is answered
// comes at once (GET), or from another thread (POST).

namespace weft::fuzz {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t max_growth = std::uint64_t{256} << 20;

/// Answers from a thread of its own, in the order of the requests.
class LaterAnswers {
 public:
  LaterAnswers() : thread_([this] { work(); }) {}
  LaterAnswers(const LaterAnswers&) = delete;
  LaterAnswers& operator=(const LaterAnswers&) = delete;
  ~LaterAnswers() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  void put(std::string body, serve::HttpRouter::Reply reply) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.emplace_back(std::move(body), std::move(reply));
    }
    changed_.notify_one();
  }

 private:
  void work() {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      auto [body, reply] = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      reply({.body = std::move(body)});
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<std::string, serve::HttpRouter::Reply>> waiting_;  // guarded by mutex_
  bool ending_ = false;                                                   // guarded by mutex_
  std::thread thread_;
};

struct Server {
  LaterAnswers later;
  serve::HttpServer server{{.max_body = 4096, .connections = 8, .time = 2s, .idle = 2s, .requests = 5},
                           serve::HttpRouter([](int, std::string_view message) { return std::string(message); })};
  std::uint64_t memory = 0;
  std::optional<serve::test::RunningServer> running;

  Server() {
    server.router().add("GET", "/", [](const serve::HttpRequest&) { return serve::HttpAnswer{.body = "now"}; });
    server.router().add_later("POST", "/",
                              [this](const serve::HttpRequest& request, const serve::HttpRouter::Reply& reply) {
                                later.put(request.body, reply);
                              });
    running.emplace(server);
    memory = serve::resident_bytes();
  }
};

Server& server() {
  static Server running;
  return running;
}

enum class Step : std::uint8_t { send, send_and_hear, end, go };
constexpr int steps = 4;

std::string step(Step what, const std::string& bytes = "") {
  std::string text;
  for (std::size_t at = 0; at == 0 || at < bytes.size(); at += 255) {
    const std::string piece = bytes.substr(at, 255);
    text += static_cast<char>(what);
    text += static_cast<char>(piece.size());
    text += piece;
  }
  return text;
}

void expect_answers(const std::optional<std::string>& received) {
  expect(received.has_value(), "the server neither answers nor closes the connection");
  expect(received->empty() || received->starts_with("HTTP/1.1 "), "the answer is {}", received->substr(0, 100));
}

void run(std::string_view input) {
  serve::test::Client client(server().running->port());
  expect(client.is_connected(), "the server accepts no connection");
  std::string heard;
  bool has_ended = false;
  while (input.size() >= 2 && !has_ended) {
    const Step what = static_cast<Step>(static_cast<unsigned char>(input[0]) % steps);
    const std::string_view bytes = input.substr(2, static_cast<unsigned char>(input[1]));
    input.remove_prefix(2 + bytes.size());
    if (what == Step::go) {
      client.reset();
      return;
    }
    if (!client.send(bytes)) break;
    if (what == Step::send_and_hear) heard += client.receive("HTTP/1.1", 0ms).value_or("");
    has_ended = what == Step::end;
  }
  client.send_no_more();
  const std::optional<std::string> rest = client.receive();
  expect(rest.has_value(), "the server neither answers nor closes the connection");
  verdicts.accepted += rest->find("200 OK") != std::string::npos ? 1U : 0U;
  verdicts.refused += rest->find("200 OK") == std::string::npos ? 1U : 0U;
  if (heard.empty()) expect_answers(rest);
  client.reset();  // all is heard; closed in the other way it would keep its port for a minute
  const std::uint64_t memory = serve::resident_bytes();
  expect(memory < server().memory + max_growth, "the process has grown from {} to {} bytes", server().memory, memory);
}

std::vector<std::string> seeds() {
  const std::string get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
  const std::string chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  std::string in_bytes;
  for (const char byte : post) in_bytes += step(Step::send_and_hear, std::string(1, byte));
  return {step(Step::send, get + post + chunked),
          in_bytes,
          step(Step::send_and_hear, get) + step(Step::send_and_hear, post) + step(Step::end),
          step(Step::send, post.substr(0, 30)) + step(Step::end),
          step(Step::send, post) + step(Step::go),
          step(Step::send, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n") +
              step(Step::send_and_hear, "hello"),
          step(Step::send, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n" + std::string(5000, 'x'))};
}

std::vector<std::string> words() {
  return {"GET / ",
          "POST / ",
          "HTTP/1.1\r\nHost: x\r\n",
          "\r\n\r\n",
          "Content-Length: 5\r\n",
          "Transfer-Encoding: chunked\r\n",
          "0\r\n\r\n",
          "Connection: close\r\n",
          "Expect: 100-continue\r\n"};
}

}  // namespace

const Harness harness{.run = run, .seeds = seeds, .words = words};

}  // namespace weft::fuzz
