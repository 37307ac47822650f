#include "tools/serve/form.h"

#include <doctest/doctest.h>

#include "graph/base/error.h"

namespace weft::serve {
namespace {

const std::string type = "multipart/form-data; boundary=xyz";

std::string refusal_of(const std::string& content_type, std::string_view body) {
  try {
    parse_multipart(content_type, body);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("a form in one line is read") {
  CHECK(parse_urlencoded("q=a+b%21&&=x&q=%C3%A9&empty=&alone") ==
        FormFields{{"q", "a b!"}, {"q", "\xc3\xa9"}, {"empty", ""}, {"alone", ""}});
  CHECK(parse_urlencoded("").empty());
  for (const char* text : {"q=%", "q=%4", "q=%4g", "%"}) CHECK_THROWS_AS(parse_urlencoded(text), Error);
}

TEST_CASE("a form in parts is read") {
  const std::string body =
      "before\r\n--xyz\r\nContent-Disposition: form-data; name=\"q\"\r\n\r\nl'un\r\n\r\n--xy\r\n"
      "--xyz  \r\nContent-Type: text/plain; charset=utf-8\r\ncontent-disposition: form-data; filename=\"a;b\\\"c\"; "
      "name=source\r\n\r\n\r\n--xyz--\r\nbehind";
  CHECK(parse_multipart(type, body) == FormFields{{"q", "l'un\r\n\r\n--xy"}, {"source", ""}});
  CHECK(parse_multipart("multipart/form-data; Boundary=\"xyz\"; a=b", body).size() == 2);
  CHECK(parse_multipart(type, "--xyz--").empty());
}

TEST_CASE("a damaged form is refused") {
  CHECK(refusal_of("multipart/form-data", "--xyz--") == "the content type of the form has no boundary");
  CHECK(refusal_of("multipart/form-data; boundary=", "--xyz--") == "the content type of the form has no boundary");
  CHECK(refusal_of("multipart/form-data; boundary", "--xyz--") == "the content type of the form has no boundary");
  CHECK(refusal_of(type, "") == "the form does not hold its boundary");
  CHECK(refusal_of(type, "--xyz") == "the form does not end with its boundary and two hyphens");
  CHECK(refusal_of(type, "--xyz\r\nX: y\r\n") == "a part of the form has no end of its headers");
  CHECK(refusal_of(type, "--xyz\r\nX: y\r\n\r\nabc") == "a part of the form does not end with its boundary");
  CHECK(refusal_of(type, "--xyz\r\nX: y\r\n\r\nabc\r\n--xyz--") ==
        "a part of the form has no name (Content-Disposition)");
  CHECK(refusal_of(type, "--xyz\r\n\r\nabc\r\n--xyz--") == "a part of the form has no name (Content-Disposition)");
}

}  // namespace
}  // namespace weft::serve
