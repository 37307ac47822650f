#pragma once

namespace weft::test {

/// Whether some thread is within a call of oneDNN, which allocates when it runs a primitive; nobody can keep it from
/// that.
bool within_onednn();

}  // namespace weft::test
