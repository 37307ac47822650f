#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Requests and answers of HTTP/1.1 (RFC 9112) as bytes. A strict reader: what two programs might read in two ways, so
// that one smuggles a request past the other, is refused.

namespace weft::serve {

/// A request with its body, which is whole.
struct HttpRequest {
  std::string method = {};
  std::string path = {};   ///< "/translate", as it was sent
  std::string query = {};  ///< what stands behind the "?", coded
  bool is_http_1_0 = false;
  /// Names in lower case, in the order in which they came.
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};

  /// The value of a header by its name in lower case; empty when there is none.
  std::string_view header(std::string_view name) const;
  /// Whether the client means to send another request on the connection.
  bool keeps_alive() const;
};

struct HttpAnswer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  /// Beside those that every answer has.
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// "Not Found" of 404.
std::string_view status_text(int status);

/// The answer as bytes; `without_body`, as to HEAD, with the length that the body would have.
std::string to_bytes(const HttpAnswer& answer, bool keeps_alive, bool without_body);

/// Reads one request of the bytes of a connection, in whatever pieces they come. It keeps no more than max_head bytes
/// of a head and `max_body` of a body.
class HttpReader {
 public:
  static constexpr std::size_t max_head = std::size_t{1} << 14;
  static constexpr std::size_t max_headers = 100;

  /// Why a request is refused.
  struct Refusal {
    int status = 400;
    std::string message;
  };

  explicit HttpReader(std::size_t max_body) : max_body_(max_body) {}

  /// Takes bytes, as far as the request goes, and returns how many it took. All of them unless is_whole() or refusal()
  /// says that it has come to its end.
  std::size_t read(std::string_view bytes);

  bool has_begun() const { return has_begun_; }
  bool is_whole() const { return state_ == State::whole; }
  const std::optional<Refusal>& refusal() const { return refusal_; }
  /// Once, when the head is whole and the client waits to be told to send the body ("Expect: 100-continue").
  bool take_continue();
  /// What has come so far; all of it when is_whole().
  const HttpRequest& request() const { return request_; }

 private:
  enum class State : std::uint8_t {
    request_line,
    header,
    sized_body,
    chunk_size,
    chunk,
    chunk_end,
    trailer,
    whole,
    refused
  };

  bool takes_lines() const { return state_ != State::sized_body && state_ != State::chunk; }
  std::size_t read_body(std::string_view bytes);
  std::size_t read_line(std::string_view bytes);
  void end_line(std::string_view line);
  void read_request_line(std::string_view line);
  void read_target(std::string_view target);
  void read_header(std::string_view line);
  void end_head();
  void read_chunk_size(std::string_view line);
  void expect_body(std::uint64_t size, State state);
  void refuse(int status, std::string message);

  std::size_t max_body_;
  State state_ = State::request_line;
  bool has_begun_ = false;
  bool awaits_continue_ = false;
  std::string line_;            ///< that is being read
  std::size_t lines_size_ = 0;  ///< bytes of all lines of the head or the trailer, or of one of a chunk
  std::uint64_t left_ = 0;      ///< bytes of the body, or of the chunk
  std::optional<Refusal> refusal_;
  HttpRequest request_;
};

}  // namespace weft::serve
