#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Forms as browsers and libraries send them.

namespace weft::serve {

/// The fields in their order: names and values, in whatever bytes they were sent. A name may come several times.
using FormFields = std::vector<std::pair<std::string, std::string>>;

/// Of application/x-www-form-urlencoded, or of a query: "q=a+b&q=%C3%A9". Throws Error for a % without two hexadecimal
/// digits behind it.
FormFields parse_urlencoded(std::string_view text);

/// Of multipart/form-data (RFC 7578), whose parts the content type's boundary divides. Throws Error that says what is
/// wrong.
FormFields parse_multipart(std::string_view content_type, std::string_view body);

}  // namespace weft::serve
