#include "tools/serve/http_message.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

namespace weft::serve {
namespace {

constexpr std::size_t max_body = 1000;

/// A reader that was given the bytes in pieces of that size.
HttpReader reader_of(std::string_view bytes, std::size_t piece = std::string_view::npos) {
  HttpReader reader(max_body);
  while (!bytes.empty()) {
    const std::string_view next = bytes.substr(0, piece);
    const std::size_t taken = reader.read(next);
    if (reader.is_whole() || reader.refusal()) break;
    CHECK(taken == next.size());
    bytes.remove_prefix(taken);
  }
  return reader;
}

/// The status that a request is refused with; 0: it is whole, 1: more is awaited.
int status_of(std::string_view bytes) {
  const HttpReader reader = reader_of(bytes);
  const HttpReader in_bytes = reader_of(bytes, 1);
  const auto status = [](const HttpReader& read) {
    return read.refusal() ? read.refusal()->status : read.is_whole() ? 0 : 1;
  };
  CHECK(status(reader) == status(in_bytes));
  CHECK(reader.request().body == in_bytes.request().body);
  return status(reader);
}

const std::string head = "POST /translate HTTP/1.1\r\nHost: x\r\n";

TEST_CASE("a request is read in whatever pieces it comes") {
  const std::string bytes =
      "POST /translate?a=b HTTP/1.1\r\nHost: x\r\ncontent-TYPE:  text/plain \r\nContent-Length: 5\r\n\r\nhello and "
      "more";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    HttpReader reader(max_body);
    std::size_t taken = 0;
    for (std::size_t at = 0; at < bytes.size() && !reader.is_whole(); at += piece)
      taken += reader.read(std::string_view(bytes).substr(at, piece));
    REQUIRE(reader.is_whole());
    CHECK(bytes.substr(taken) == " and more");
    CHECK(reader.request().method == "POST");
    CHECK(reader.request().path == "/translate");
    CHECK(reader.request().query == "a=b");
    CHECK(reader.request().header("content-type") == "text/plain");
    CHECK(reader.request().header("nothing").empty());
    CHECK(reader.request().body == "hello");
    CHECK(reader.request().keeps_alive());
  }
}

TEST_CASE("a body in chunks is put together, and what it says beside that is left out") {
  const HttpReader reader =
      reader_of(head +
                    "Transfer-Encoding: Chunked\r\n\r\n5;name=\"x\"\r\nhello\r\n00a\r\n0123456789\r\n"
                    "0\r\nTrailer: x\r\n\r\nrest",
                3);
  CHECK(reader.is_whole());
  CHECK(reader.request().body == "hello0123456789");
}

TEST_CASE("what may be left out, and other forms of an address") {
  CHECK(status_of("GET / HTTP/1.0\r\n\r\n") == 0);
  CHECK(status_of("\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n") == 0);
  CHECK(status_of(head + "\r\n") == 0);  // no body, and none is awaited
  CHECK(reader_of("GET http://host:80/a?b HTTP/1.1\r\nHost: x\r\n\r\n").request().path == "/a");
  CHECK(reader_of("GET http://host HTTP/1.1\r\nHost: x\r\n\r\n").request().path == "/");
  CHECK(reader_of("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").request().path == "*");
}

TEST_CASE("what two programs might read in two ways is refused") {
  CHECK(status_of(head + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello") == 400);
  CHECK(status_of(head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello") == 400);
  CHECK(status_of(head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400);
  CHECK(status_of(head + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n") == 400);
  CHECK(status_of(head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n") == 501);
  CHECK(status_of(head + "Transfer-Encoding: gzip, chunked\r\n\r\n") == 501);
  CHECK(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400);
  for (const char* length : {"", "-5", "+5", "5, 5", "5 5", "0x5", "5a"})
    CHECK(status_of(head + "Content-Length: " + length + "\r\n\r\nhello") == 400);
  CHECK(status_of(head + "Content-Length : 5\r\n\r\nhello") == 400);
  CHECK(status_of(head + "X: y\r\n folded\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\nHost: x\n\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: x\ry\r\n\r\n") == 400);
  CHECK(status_of(std::string("GET / HTTP/1.1\r\nHost: x\0y\r\n\r\n", 28)) == 400);
  CHECK(status_of("GET / HTTP/1.1\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n") == 400);
  for (const char* size : {"", "zz", "-1", "+1", "0x1", " ", "10000000000000000"})
    CHECK(status_of(head + "Transfer-Encoding: chunked\r\n\r\n" + size + "\r\n") == 400);
  CHECK(status_of(head + "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n") == 400);
}

TEST_CASE("what is no request is refused") {
  for (const char* line :
       {"HELO you", "GET", "GET /", "GET  HTTP/1.1", "GET / HTTP/1.1 ", "GET / HTTP/x.1", "G(T / HTTP/1.1",
        "GET x HTTP/1.1", "GET /a b HTTP/1.1", "GET /#a HTTP/1.1", "\x16\x03\x01\x02", " GET / HTTP/1.1"})
    CHECK(status_of(std::string(line) + "\r\nHost: x\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/2.0\r\nHost: x\r\n\r\n") == 505);
  CHECK(status_of(head + "Content-Encoding: gzip\r\n\r\n") == 415);
  CHECK(status_of(head + "Expect: wonders\r\n\r\n") == 417);
}

TEST_CASE("what is too large is refused before it has come") {
  CHECK(status_of(head + "Content-Length: 1001\r\n\r\n") == 413);
  CHECK(status_of(head + "Content-Length: 99999999999999999999999999\r\n\r\n") == 413);
  CHECK(status_of(head + "Content-Length: 1000\r\n\r\n") == 1);
  CHECK(status_of(head + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n") == 413);
  CHECK(status_of(head + "Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + std::string(1000, 'x') + "\r\n1\r\n") == 413);
  CHECK(status_of("GET /" + std::string(HttpReader::max_head, 'a')) == 414);
  CHECK(status_of(head + "X: " + std::string(HttpReader::max_head, 'a')) == 431);
  std::string many = head;
  for (std::size_t i = 0; i < HttpReader::max_headers; ++i) many += "X: y\r\n";
  CHECK(status_of(many) == 431);
  CHECK(status_of(head + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(HttpReader::max_head, 'a')) == 400);
}

TEST_CASE("a client that waits to be told to go on is told so once, and only if its body is wanted") {
  HttpReader reader = reader_of(head + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(reader.take_continue());
  CHECK_FALSE(reader.take_continue());
  CHECK_FALSE(reader_of(head + "Expect: 100-continue\r\nContent-Length: 2000\r\n\r\n").take_continue());
  CHECK_FALSE(reader_of(head + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\na").take_continue());
  CHECK_FALSE(reader_of(head + "Expect: 100-continue\r\n\r\n").take_continue());
}

TEST_CASE("connections are kept as the client says") {
  const auto keeps = [](const std::string& version, const std::string& header) {
    return reader_of("GET / HTTP/" + version + "\r\nHost: x\r\n" + header + "\r\n").request().keeps_alive();
  };
  CHECK(keeps("1.1", ""));
  CHECK_FALSE(keeps("1.1", "Connection: Close\r\n"));
  CHECK_FALSE(keeps("1.1", "Connection: upgrade, close\r\n"));
  CHECK_FALSE(keeps("1.0", ""));
  CHECK(keeps("1.0", "Connection: keep-alive\r\n"));
}

TEST_CASE("answers as bytes") {
  const std::string bytes = to_bytes({.status = 404, .body = "{}", .headers = {{"Allow", "GET"}}}, true, false);
  CHECK(bytes.starts_with("HTTP/1.1 404 Not Found\r\nDate: "));
  CHECK(
      bytes.ends_with(" GMT\r\nConnection: keep-alive\r\nAllow: GET\r\nContent-Type: application/json\r\n"
                      "Content-Length: 2\r\n\r\n{}"));
  CHECK(to_bytes({.body = "{}"}, false, true).ends_with("Content-Length: 2\r\n\r\n"));
  const std::string nothing = to_bytes({.status = 204}, false, false);
  CHECK(nothing.find("Content-") == std::string::npos);
}

}  // namespace
}  // namespace weft::serve
