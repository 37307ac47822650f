#pragma once

#include <string>

#include "tools/inspect/pass_history.h"

namespace weft::inspect {

/// A history as JSON, in one line: its stages with their costs, and every version of every node with the stages that
/// have it; scopes are given as they are and folded.
std::string explain_json(const PassHistory& history);

/// A history as a page: complete in itself, without any network.
std::string explain_page(const PassHistory& history);

}  // namespace weft::inspect
