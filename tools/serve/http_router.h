#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "tools/serve/http_message.h"

namespace weft::serve {

/// Which handler answers which request. What has none is answered here: 404, 405 with the methods that there are, and
/// OPTIONS. HEAD is GET, whose body whoever sends the answer leaves out.
class HttpRouter {
 public:
  /// Where the answer goes: to be called once, from any thread.
  using Reply = std::function<void(HttpAnswer answer)>;
  /// What it throws is answered with status 500.
  using Handler = std::function<HttpAnswer(const HttpRequest& request)>;
  /// One that answers when it can; the request is gone when it returns.
  using LaterHandler = std::function<void(const HttpRequest& request, Reply reply)>;
  /// The body of an answer that refuses a request.
  using Refusal = std::function<std::string(int status, std::string_view message)>;

  /// Pages of `cors_origin` ("*": of everybody) may read the answers; empty: only those that come from here.
  explicit HttpRouter(Refusal refusal, std::string cors_origin = {})
      : refusal_(std::move(refusal)), cors_origin_(std::move(cors_origin)) {}

  void add(const std::string& method, const std::string& path, Handler handler);
  void add_later(const std::string& method, const std::string& path, LaterHandler handler);

  /// Whether there is an address of that path.
  bool knows(const std::string& path) const { return routes_.contains(path); }
  /// Whether the request's answer has to be waited for.
  bool is_later(const HttpRequest& request) const;
  /// Has the request answered.
  void dispatch(const HttpRequest& request, const Reply& reply) const;
  /// The answer that refuses a request.
  HttpAnswer refused(int status, std::string_view message) const;
  /// Adds to an answer what all have.
  HttpAnswer completed(HttpAnswer answer) const;

 private:
  struct Route {
    Handler now;
    LaterHandler later;
  };
  const Route* find(const HttpRequest& request) const;
  HttpAnswer without_route(const HttpRequest& request) const;

  std::map<std::string, std::map<std::string, Route>> routes_;  // by path, then by method
  Refusal refusal_;
  std::string cors_origin_;
};

}  // namespace weft::serve
