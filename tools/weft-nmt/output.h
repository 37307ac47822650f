#pragma once

#include "tools/common/output.h"

namespace weft::nmt {

using tool::outlive_readers;
using tool::print;
using tool::say;

}  // namespace weft::nmt
