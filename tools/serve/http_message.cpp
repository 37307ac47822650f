#include "tools/serve/http_message.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "graph/base/quote.h"
#include "tools/serve/ascii.h"

namespace weft::serve {
namespace {

constexpr std::size_t shown = 60;  // bytes of a text that a message shows

/// RFC 9110's token: what methods and names of headers are made of.
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  return begin == std::string_view::npos ? "" : text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

/// Calls `on_item` with each item of a list with commas.
template <typename OnItem>
void for_each_item(std::string_view list, const OnItem& on_item) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    on_item(without_blanks(list.substr(0, end)));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

/// All of the text as a number; nothing when it is none, or has more than 64 bits.
std::optional<std::uint64_t> number(std::string_view text, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const {
  const auto at = std::ranges::find(headers, name, [](const auto& header) -> std::string_view { return header.first; });
  return at == headers.end() ? "" : std::string_view(at->second);
}

bool HttpRequest::keeps_alive() const {
  bool keeps = !is_http_1_0;
  for (const auto& [name, value] : headers) {
    if (name != "connection") continue;
    for_each_item(value, [&](std::string_view item) {
      const std::string option = lower_case(item);
      if (option == "close") keeps = false;
      if (option == "keep-alive" && is_http_1_0) keeps = true;
    });
  }
  return keeps;
}

std::string_view status_text(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return status < 500 ? "Refused" : "Internal Server Error";
  }
}

std::string to_bytes(const HttpAnswer& answer, bool keeps_alive, bool without_body) {
  std::string bytes =
      fmt::format("HTTP/1.1 {} {}\r\nDate: {:%a, %d %b %Y %H:%M:%S GMT}\r\nConnection: {}\r\n", answer.status,
                  status_text(answer.status), fmt::gmtime(std::time(nullptr)), keeps_alive ? "keep-alive" : "close");
  for (const auto& [name, value] : answer.headers) bytes += fmt::format("{}: {}\r\n", name, value);
  if (answer.status != 204)
    bytes += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", answer.content_type, answer.body.size());
  bytes += "\r\n";
  if (!without_body && answer.status != 204) bytes += answer.body;
  return bytes;
}

std::size_t HttpReader::read(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && state_ != State::whole && state_ != State::refused) {
    const std::string_view rest = bytes.substr(taken);
    taken += takes_lines() ? read_line(rest) : read_body(rest);
  }
  return taken;
}

bool HttpReader::take_continue() { return std::exchange(awaits_continue_, false); }

std::size_t HttpReader::read_body(std::string_view bytes) {
  const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  request_.body.append(bytes.substr(0, count));
  left_ -= count;
  awaits_continue_ = false;  // it did not wait
  if (left_ == 0) state_ = state_ == State::chunk ? State::chunk_end : State::whole;
  return count;
}

std::size_t HttpReader::read_line(std::string_view bytes) {
  has_begun_ = true;
  const std::size_t end = bytes.find('\n');
  const std::size_t count = end == std::string_view::npos ? bytes.size() : end + 1;
  lines_size_ += count;
  if (lines_size_ > max_head) {
    if (state_ == State::request_line) {
      refuse(414, "the address is too long");
    } else {
      refuse(state_ == State::header ? 431 : 400, fmt::format("the headers have more than {} bytes", max_head));
    }
    return count;
  }
  line_.append(bytes.substr(0, count));
  if (end == std::string_view::npos) return count;
  std::string line;
  line.swap(line_);
  if (!line.ends_with("\r\n")) {
    refuse(400, "this is no HTTP request: a line does not end with CR LF");
    return count;
  }
  line.resize(line.size() - 2);
  if (std::ranges::any_of(line, [](char c) { return is_control(c) && c != '\t'; })) {
    refuse(400, "this is no HTTP request: it holds a control character");
    return count;
  }
  end_line(line);
  return count;
}

void HttpReader::end_line(std::string_view line) {
  switch (state_) {
    case State::request_line:
      return read_request_line(line);
    case State::header:
      return line.empty() ? end_head() : read_header(line);
    case State::chunk_size:
      return read_chunk_size(line);
    case State::chunk_end:
      lines_size_ = 0;
      if (!line.empty()) return refuse(400, "a chunk of the body is not as long as it says");
      state_ = State::chunk_size;
      return;
    default:  // a trailer: nothing that it says is used
      if (line.empty()) state_ = State::whole;
  }
}

void HttpReader::read_request_line(std::string_view line) {
  if (line.empty()) {  // left behind by a client that ended its last request too generously
    has_begun_ = false;
    return;
  }
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  const std::string_view method = line.substr(0, first);
  if (first == std::string_view::npos || last == first || !is_token(method))
    return refuse(400, fmt::format("this is no HTTP request: it begins with \"{}\"", excerpt(line, shown)));
  const std::string_view version = line.substr(last + 1);
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digits(version.substr(5, 1)) || version[6] != '.' ||
      !is_digits(version.substr(7)))
    return refuse(400, fmt::format("this is no HTTP request: its version is \"{}\"", excerpt(version, shown)));
  if (version[5] != '1') return refuse(505, "the version of HTTP must be 1.1 or 1.0");
  request_.is_http_1_0 = version[7] == '0';
  request_.method = method;
  read_target(line.substr(first + 1, last - first - 1));
}

/// "/path?query", "http://host/path?query", or "*".
void HttpReader::read_target(std::string_view target) {
  if (const std::size_t scheme = target.find("://"); scheme != std::string_view::npos && !target.starts_with('/')) {
    target.remove_prefix(std::min(target.find('/', scheme + 3), target.size()));
    if (target.empty()) target = "/";
  }
  if ((!target.starts_with('/') && target != "*") || target.find_first_of(" \t#") != std::string_view::npos)
    return refuse(400, fmt::format("\"{}\" is no address", excerpt(target, shown)));
  const std::size_t mark = std::min(target.find('?'), target.size());
  request_.path = target.substr(0, mark);
  request_.query = target.substr(std::min(mark + 1, target.size()));
  state_ = State::header;
}

void HttpReader::read_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || !is_token(name))
    return refuse(400, fmt::format("\"{}\" is no header", excerpt(line, shown)));
  if (request_.headers.size() == max_headers)
    return refuse(431, fmt::format("there are more than {} headers", max_headers));
  request_.headers.emplace_back(lower_case(name), without_blanks(line.substr(colon + 1)));
}

/// Finds out how long the body is, which nobody may read in another way.
void HttpReader::end_head() {
  lines_size_ = 0;
  const auto count = [this](std::string_view name) {
    return std::ranges::count(request_.headers, name,
                              [](const auto& header) -> std::string_view { return header.first; });
  };
  const auto hosts = count("host");
  if (hosts > 1 || (hosts == 0 && !request_.is_http_1_0)) return refuse(400, "a request has one header Host");
  const auto lengths = count("content-length");
  const auto codings = count("transfer-encoding");
  if (lengths > 1) return refuse(400, "there is more than one Content-Length");
  if (lengths > 0 && codings > 0) return refuse(400, "there are Content-Length and Transfer-Encoding");
  const std::string packing = lower_case(request_.header("content-encoding"));
  if (!packing.empty() && packing != "identity") return refuse(415, "the body must not be packed (Content-Encoding)");
  if (const std::string_view expected = request_.header("expect"); !expected.empty()) {
    if (lower_case(expected) != "100-continue") return refuse(417, "nothing but 100-continue can be expected");
    awaits_continue_ = !request_.is_http_1_0;
  }
  if (codings > 0) {
    if (request_.is_http_1_0) return refuse(400, "HTTP/1.0 has no Transfer-Encoding");
    if (codings > 1 || lower_case(request_.header("transfer-encoding")) != "chunked")
      return refuse(501, "no Transfer-Encoding but chunked is known");
    state_ = State::chunk_size;
    return;
  }
  if (lengths == 0) return expect_body(0, State::sized_body);
  const std::string_view length = request_.header("content-length");
  if (!is_digits(length)) return refuse(400, fmt::format("\"{}\" is no Content-Length", excerpt(length, shown)));
  expect_body(number(length, 10).value_or(UINT64_MAX), State::sized_body);
}

void HttpReader::read_chunk_size(std::string_view line) {
  lines_size_ = 0;
  const std::string_view digits = without_blanks(line.substr(0, line.find(';')));
  const std::optional<std::uint64_t> size = number(digits, 16);
  if (!size) return refuse(400, fmt::format("\"{}\" is no size of a chunk", excerpt(digits, shown)));
  if (*size == 0) {
    state_ = State::trailer;
    return;
  }
  expect_body(*size, State::chunk);
}

void HttpReader::expect_body(std::uint64_t size, State state) {
  if (size > max_body_ - request_.body.size())
    return refuse(413, fmt::format("the request is too large: its body may have {} bytes", max_body_));
  left_ = size;
  state_ = size == 0 ? State::whole : state;
  if (size == 0) awaits_continue_ = false;
}

void HttpReader::refuse(int status, std::string message) {
  state_ = State::refused;
  awaits_continue_ = false;
  refusal_ = Refusal{status, std::move(message)};
}

}  // namespace weft::serve
