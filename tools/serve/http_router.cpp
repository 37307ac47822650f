#include "tools/serve/http_router.h"

#include <exception>
#include <utility>
#include <vector>

#include "graph/base/joined.h"

namespace weft::serve {

void HttpRouter::add(const std::string& method, const std::string& path, Handler handler) {
  routes_[path][method].now = std::move(handler);
}

void HttpRouter::add_later(const std::string& method, const std::string& path, LaterHandler handler) {
  routes_[path][method].later = std::move(handler);
}

const HttpRouter::Route* HttpRouter::find(const HttpRequest& request) const {
  const auto methods = routes_.find(request.path);
  if (methods == routes_.end()) return nullptr;
  const auto route = methods->second.find(request.method == "HEAD" ? "GET" : request.method);
  return route == methods->second.end() ? nullptr : &route->second;
}

bool HttpRouter::is_later(const HttpRequest& request) const {
  const Route* route = find(request);
  return route != nullptr && route->later;
}

void HttpRouter::dispatch(const HttpRequest& request, const Reply& reply) const {
  const Route* route = find(request);
  if (route == nullptr) return reply(without_route(request));
  std::string failure = "the server has failed";
  try {
    return route->later ? route->later(request, reply) : reply(route->now(request));
  } catch (const std::exception& error) {
    failure = error.what();
  } catch (...) {
  }
  reply(refused(500, failure));
}

HttpAnswer HttpRouter::without_route(const HttpRequest& request) const {
  const auto methods = routes_.find(request.path);
  if (methods == routes_.end()) return refused(404, "there is nothing at this address");
  std::vector<std::string> allowed;
  for (const auto& [method, route] : methods->second) {
    allowed.push_back(method);
    if (method == "GET") allowed.emplace_back("HEAD");
  }
  allowed.emplace_back("OPTIONS");
  const std::string list = joined(allowed, ", ");
  HttpAnswer answer = request.method == "OPTIONS"
                          ? HttpAnswer{.status = 204}
                          : refused(405, "the method is not allowed at this address; there are " + list);
  answer.headers.emplace_back("Allow", list);
  if (answer.status == 204 && !cors_origin_.empty()) {
    answer.headers.emplace_back("Access-Control-Allow-Methods", list);
    answer.headers.emplace_back("Access-Control-Allow-Headers", "Content-Type");
    answer.headers.emplace_back("Access-Control-Max-Age", "86400");
  }
  return answer;
}

HttpAnswer HttpRouter::refused(int status, std::string_view message) const {
  return {.status = status, .body = refusal_(status, message)};
}

HttpAnswer HttpRouter::completed(HttpAnswer answer) const {
  if (answer.status == 429 || answer.status == 503) answer.headers.emplace_back("Retry-After", "1");
  if (cors_origin_.empty()) return answer;
  answer.headers.emplace_back("Access-Control-Allow-Origin", cors_origin_);
  if (cors_origin_ != "*") answer.headers.emplace_back("Vary", "Origin");
  return answer;
}

}  // namespace weft::serve
