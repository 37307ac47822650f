#include <optional>

#include "tests/fuzz/harness.h"
#include "tests/tools/serve/fake_service.h"
#include "tools/serve/http_message.h"

// The bytes of a connection as requests: HttpReader, and what the server answers. However the bytes are cut into
// pieces, the same requests are read; each has one answer.

namespace weft::fuzz {
namespace {

constexpr std::size_t max_body = 4096;

/// The requests of a connection, one after the other, and what ends it.
struct Heard {
  std::vector<serve::HttpRequest> requests;
  std::optional<int> refusal;
};

/// With the same piece size, or as large as there are bytes.
Heard hear(std::string_view bytes, std::size_t piece) {
  constexpr std::size_t most_requests = 50;
  Heard heard;
  serve::HttpReader reader(max_body);
  std::size_t at = 0;
  while (at < bytes.size() && heard.requests.size() < most_requests) {
    const std::string_view next = bytes.substr(at, piece);
    const std::size_t taken = reader.read(next);
    expect(taken <= next.size(), "{} of {} bytes are taken", taken, next.size());
    at += taken;
    const serve::HttpRequest& request = reader.request();
    expect(request.body.size() <= max_body, "a body has {} bytes", request.body.size());
    expect(request.headers.size() <= serve::HttpReader::max_headers, "there are {} headers", request.headers.size());
    if (const auto& refusal = reader.refusal()) {
      check_message(refusal->message);
      heard.refusal = refusal->status;
      return heard;
    }
    if (!reader.is_whole()) {
      expect(taken == next.size(), "the reader leaves {} bytes and says nothing", next.size() - taken);
      continue;
    }
    heard.requests.push_back(request);
    reader = serve::HttpReader(max_body);
  }
  return heard;
}

void expect_same(const Heard& a, const Heard& b) {
  expect(a.refusal == b.refusal, "one is refused with {}, the other with {}", a.refusal.value_or(0),
         b.refusal.value_or(0));
  expect(a.requests.size() == b.requests.size(), "{} requests are read, or {}", a.requests.size(), b.requests.size());
  for (std::size_t i = 0; i < a.requests.size(); ++i) {
    const serve::HttpRequest &one = a.requests[i], &other = b.requests[i];
    expect(one.method == other.method && one.path == other.path && one.query == other.query &&
               one.headers == other.headers && one.body == other.body,
           "request {} is read in two ways", i);
  }
}

void run(std::string_view input) {
  static const serve::test::FakeService fake({.request = {.characters = 500, .alternatives = 5}, .sentences = 20});
  if (input.empty()) return;
  const std::size_t piece = 1 + static_cast<unsigned char>(input.front());
  const std::string_view bytes = input.substr(1);
  const Heard heard = hear(bytes, std::string_view::npos);
  expect_same(heard, hear(bytes, piece));
  verdicts.refused += heard.refusal ? 1 : 0;
  for (const serve::HttpRequest& request : heard.requests) {
    int answers = 0;
    ++verdicts.accepted;
    fake.router.dispatch(request, [&](const serve::HttpAnswer& given) {
      ++answers;
      const serve::HttpAnswer answer = fake.router.completed(given);
      expect(answer.status >= 200 && answer.status < 500, "the status is {}: {}", answer.status, answer.body);
      const std::string sent = serve::to_bytes(answer, request.keeps_alive(), request.method == "HEAD");
      expect(sent.starts_with("HTTP/1.1 "), "the answer begins with {}", sent.substr(0, 20));
    });
    expect(answers == 1, "there are {} answers", answers);
  }
}

std::vector<std::string> seeds() {
  const std::string fields = R"({"q": "je", "source": "fr", "target": "en"})";
  const std::string head = "POST /translate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
  const std::string whole = head + "Content-Length: " + std::to_string(fields.size()) + "\r\n\r\n" + fields;
  const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n10;a=b\r\n" + fields.substr(0, 16) + "\r\n" +
                              (fields.size() - 16 == 0x1b ? "1b" : "1c") + "\r\n" + fields.substr(16) +
                              "\r\n0\r\nX: y\r\n\r\n";
  return {"\x01" + whole + chunked + whole,
          "\x10" + chunked,
          "\xffGET /languages HTTP/1.0\r\nConnection: keep-alive\r\n\r\nHEAD /detect?q=je HTTP/1.1\r\nHost: x\r\n\r\n",
          "\x02OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
          "\x03" + head + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
          "\x04" + head + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "\x05" + head + "Content-Length: 99999\r\n\r\n"};
}

std::vector<std::string> words() {
  return {"GET ",
          "POST ",
          "OPTIONS ",
          " HTTP/1.1\r\n",
          " HTTP/1.0\r\n",
          "Host: x\r\n",
          "\r\n",
          "\r\n\r\n",
          "Content-Length: ",
          "Transfer-Encoding: chunked\r\n",
          "0\r\n\r\n",
          "Connection: close\r\n",
          "Expect: 100-continue\r\n",
          "http://x/",
          "Content-Encoding: "};
}

}  // namespace

const Harness harness{.run = run, .seeds = seeds, .words = words};

}  // namespace weft::fuzz
