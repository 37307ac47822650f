#pragma once

#include <string>
#include <string_view>

#include "graph/op.h"

// What the documentation says about ops, as Markdown.

namespace weft::inspect {

/// The section of one op: its formula, operands, results, attributes, gradient, cost, and an example.
std::string op_section(const Op& op);
/// The page of all ops of a family.
std::string family_page(std::string_view family);
/// The page that lists all families and ops.
std::string index_page();

/// The families of ops, sorted.
std::vector<std::string_view> op_families();

}  // namespace weft::inspect
