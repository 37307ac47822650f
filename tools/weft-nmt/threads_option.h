#pragma once

#include "tools/common/command_line.h"

namespace weft::nmt {

/// Adds --threads, whose number is given to the backend as soon as it has been read. Results do not depend on it.
void add_threads_option(const tool::Command& command);

}  // namespace weft::nmt
