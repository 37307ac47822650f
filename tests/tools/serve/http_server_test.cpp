#include "tools/serve/http_server.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "graph/base/error.h"
#include "tests/tools/serve/loopback.h"

namespace weft::serve {
namespace {

using namespace std::chrono_literals;
using test::Client;
using test::RunningServer;

/// "/echo" answers with its body, "/later" with that of the request after the test says so, "/lost" never.
struct EchoServer {
  HttpServer server;
  std::mutex mutex;
  std::vector<std::pair<std::string, HttpRouter::Reply>> waiting;  // guarded by mutex
  std::vector<std::string> seen;                                   // "POST /echo 200", of the server's thread
  std::optional<RunningServer> running;

  explicit EchoServer(const HttpOptions& options = {}, const std::string& cors = "")
      : server(
            options,
            HttpRouter([](int status, std::string_view message) { return fmt::format("{} {}", status, message); },
                       cors),
            [this](const HttpExchange& exchange) {
              seen.push_back(fmt::format("{} {} {}", exchange.request.method, exchange.request.path, exchange.status));
            }) {
    HttpRouter& router = server.router();
    const auto echo = [](const HttpRequest& request) { return HttpAnswer{.body = "<" + request.body + ">"}; };
    router.add("POST", "/echo", echo);
    router.add("GET", "/echo", echo);
    router.add("GET", "/fail", [](const HttpRequest&) -> HttpAnswer { throw std::runtime_error("it failed"); });
    router.add_later("POST", "/later", [this](const HttpRequest& request, const HttpRouter::Reply& reply) {
      const std::lock_guard lock(mutex);
      waiting.emplace_back(request.body, reply);
    });
    router.add_later("POST", "/lost", [](const HttpRequest&, const HttpRouter::Reply&) {});
    running.emplace(server);
  }

  Client client() const { return Client(running->port()); }
  /// Waits until so many requests of /later have come.
  void await(std::size_t count) {
    for (int i = 0; i < 1000; ++i) {
      {
        const std::lock_guard lock(mutex);
        if (waiting.size() >= count) return;
      }
      std::this_thread::sleep_for(5ms);
    }
    FAIL("the requests have not come");
  }
  void answer_all() {
    const std::lock_guard lock(mutex);
    for (const auto& [body, reply] : waiting) reply({.body = "[" + body + "]"});
    waiting.clear();
  }
};

std::string post(const std::string& path, const std::string& body, const std::string& headers = "") {
  return fmt::format("POST {} HTTP/1.1\r\nHost: x\r\n{}Content-Length: {}\r\n\r\n{}", path, headers, body.size(), body);
}
const std::string closing = "Connection: close\r\n";

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// What a client is told that sends these bytes, until the connection is closed.
std::string told(const EchoServer& echo, const std::string& bytes) {
  const Client client = echo.client();
  client.send(bytes);
  return client.receive().value_or("(nothing in time)");
}

TEST_CASE("a request is answered, and the connection is closed when the client says so") {
  const EchoServer echo;
  const std::string answer = told(echo, post("/echo", "hello", closing));
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer.ends_with("\r\n\r\n<hello>"));
  CHECK(answer.find("Connection: close") != std::string::npos);
  CHECK(told(echo, "GET /echo HTTP/1.0\r\n\r\n").ends_with("<>"));
  CHECK(told(echo, "HEAD /echo HTTP/1.0\r\n\r\n").ends_with("Content-Length: 2\r\n\r\n"));
  CHECK(told(echo, "GET /fail HTTP/1.0\r\n\r\n").ends_with("500 it failed"));
  CHECK(told(echo, post("/lost", "", closing)).ends_with("500 the server has failed"));
}

TEST_CASE("a connection is kept, and several requests may come at once") {
  EchoServer echo;
  const Client client = echo.client();
  for (const std::string body : {"a", "b", "c"}) {
    client.send(post("/echo", body));
    CHECK(client.receive("<" + body + ">")->find("Connection: keep-alive") != std::string::npos);
  }
  client.send(post("/echo", "d") + post("/later", "e") + post("/echo", "f"));
  client.send_no_more();
  echo.await(1);
  echo.answer_all();
  const std::string answers = client.receive().value_or("");
  CHECK(count(answers, "HTTP/1.1 200") == 3);
  CHECK(answers.find("<d>") < answers.find("[e]"));
  CHECK(answers.find("[e]") < answers.find("<f>"));
}

TEST_CASE("a connection is kept for so many requests, and for so long") {
  const EchoServer echo({.idle = 100ms, .requests = 3});
  const std::string three = told(echo, post("/echo", "") + post("/echo", "") + post("/echo", "") + post("/echo", ""));
  CHECK(count(three, "HTTP/1.1 200") == 3);
  CHECK(count(three, "Connection: close") == 1);
  CHECK(count(told(echo, post("/echo", "")), "HTTP/1.1") == 1);  // then nothing comes
  const EchoServer single({.idle = 0ms});
  CHECK(count(told(single, post("/echo", "") + post("/echo", "")), "HTTP/1.1 200") == 1);
}

TEST_CASE("what is refused is answered at once, and the connection is closed") {
  const EchoServer echo({.max_body = 100, .time = 60s});
  CHECK(told(echo, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n").starts_with("HTTP/1.1 413 "));
  CHECK(told(echo, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n")
            .starts_with("HTTP/1.1 400 "));
  CHECK(told(echo, "POST /echo HTTP/1.1\r\nHost: x\r\n\r\n" + post("/nothing", "", closing))
            .ends_with("404 there is nothing at this address"));
  CHECK(told(echo, "PUT /echo HTTP/1.0\r\n\r\n").find("\r\nAllow: GET, HEAD, POST, OPTIONS\r\n") != std::string::npos);
  const Client client = echo.client();
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  client.send_no_more();
  CHECK(client.receive()->starts_with("HTTP/1.1 400 "));
}

TEST_CASE("a client that has to send on is told to, and one that sends too much still hears why not") {
  const EchoServer echo({.max_body = 100});
  const Client client = echo.client();
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(client.receive("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ab");
  CHECK(client.receive("<ab>").has_value());
  const Client eager = echo.client();
  eager.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + std::string(1'000'000, 'x'));
  eager.send_no_more();
  CHECK(eager.receive()->starts_with("HTTP/1.1 413 "));
}

TEST_CASE("pages of other origins may read answers when they are let") {
  const EchoServer echo({}, "https://example.org");
  const std::string answer = told(echo, post("/echo", "", closing));
  CHECK(answer.find("Access-Control-Allow-Origin: https://example.org\r\n") != std::string::npos);
  CHECK(answer.find("Vary: Origin\r\n") != std::string::npos);
  const std::string preflight =
      told(echo,
           "OPTIONS /later HTTP/1.1\r\nHost: x\r\nOrigin: https://example.org\r\nConnection: close\r\n"
           "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type\r\n\r\n");
  CHECK(preflight.starts_with("HTTP/1.1 204 "));
  CHECK(preflight.find("Access-Control-Allow-Methods: POST, OPTIONS\r\n") != std::string::npos);
  CHECK(preflight.find("Access-Control-Allow-Headers: Content-Type\r\n") != std::string::npos);
  const EchoServer closed;
  CHECK(told(closed, post("/echo", "", closing)).find("Access-Control") == std::string::npos);
}

TEST_CASE("a request that does not come in time is told so, and a silent connection is closed") {
  const EchoServer echo({.time = 200ms});
  const Client silent = echo.client();
  const Client slow = echo.client();
  slow.send("POST /echo HTTP/1.1\r\n");
  CHECK(slow.receive()->starts_with("HTTP/1.1 408 "));
  CHECK(silent.receive() == "");
}

TEST_CASE("however many send slowly or nothing, a whole request is answered at once") {
  const EchoServer echo({.connections = 32, .time = 60s});
  std::vector<Client> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(echo.client());
    CHECK(slow.back().is_connected());
    if (i % 2 == 0) slow.back().send("POST /echo HTTP/1.1\r\n");
  }
  const auto begin = std::chrono::steady_clock::now();
  CHECK(told(echo, post("/echo", "hello", closing)).ends_with("<hello>"));
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
  CHECK(slow.front().receive()->starts_with("HTTP/1.1 503 "));
  CHECK(slow[1].receive() == "");
}

TEST_CASE("when too many requests wait, others are told so, and what can be answered at once is") {
  EchoServer echo({.connections = 16, .time = 60s});
  std::vector<Client> waiting;
  for (int i = 0; i < 14; ++i) {
    waiting.push_back(echo.client());
    waiting.back().send(post("/later", std::to_string(i), closing));
  }
  echo.await(14);
  const std::string refused = told(echo, post("/later", "", closing));
  CHECK(refused.starts_with("HTTP/1.1 503 "));
  CHECK(refused.find("\r\nRetry-After: 1\r\n") != std::string::npos);
  CHECK(told(echo, post("/echo", "", closing)).starts_with("HTTP/1.1 200 "));
  echo.answer_all();
  for (std::size_t i = 0; i < waiting.size(); ++i) CHECK(waiting[i].receive()->ends_with(fmt::format("[{}]", i)));
}

TEST_CASE("a client that goes away while it is waited for harms nobody") {
  EchoServer echo({.connections = 4});
  for (int i = 0; i < 10; ++i) {
    Client client = echo.client();
    client.send(post("/later", "gone"));
    echo.await(1);
    client.reset();
    echo.answer_all();
  }
  CHECK(told(echo, post("/echo", "still", closing)).ends_with("<still>"));
}

TEST_CASE("stopped, it answers what it has accepted, and waits for nobody who is silent") {
  EchoServer echo({.time = 60s, .idle = 60s});
  const Client waiting = echo.client(), unfinished = echo.client(), silent = echo.client(), idle = echo.client();
  waiting.send(post("/later", "w"));
  unfinished.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
  idle.send(post("/echo", "i"));
  echo.await(1);
  CHECK(unfinished.receive("\r\n\r\n").has_value());
  CHECK(idle.receive("<i>").has_value());
  echo.server.stop();
  CHECK(silent.receive() == "");
  CHECK(idle.receive() == "");
  CHECK_FALSE(echo.client().is_connected());
  unfinished.send("u");
  CHECK(unfinished.receive()->ends_with("<u>"));
  echo.answer_all();
  CHECK(waiting.receive()->find("Connection: close") != std::string::npos);
  echo.running.reset();
  CHECK(echo.seen == std::vector<std::string>{"POST /echo 200", "POST /echo 200", "POST /later 200"});
}

TEST_CASE("a server that cannot be is told why") {
  const EchoServer echo;
  const auto refusal = [](const std::string& host, int port) -> std::string {
    try {
      HttpServer({}, HttpRouter([](int, std::string_view) { return ""; })).bind(host, port);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(refusal("127.0.0.1", echo.running->port()).find("Address already in use") != std::string::npos);
  CHECK(refusal("192.0.2.1", 0).starts_with("cannot listen on 192.0.2.1:0: "));
  CHECK(refusal("no such host", 0).starts_with("cannot listen on no such host:0: "));
}

}  // namespace
}  // namespace weft::serve
