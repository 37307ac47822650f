#pragma once

#include <string>

#include "graph/base/error.h"

namespace weft::test {

/// The message of the Error that `action` throws, with the lines that name operands and places of the source; "no error"
/// when it throws none.
template <typename Action>
std::string message_of(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace weft::test
