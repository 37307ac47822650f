#pragma once

namespace weft {

/// Has the threads of OpenMP sleep soon when they wait for each other, unless the environment says how they are to wait
/// (OMP_WAIT_POLICY, GOMP_SPINCOUNT): by default they spin for milliseconds, and where another process needs a
/// processor, training takes half as long again or worse. libgomp reads its environment before main, so the program is
/// started once more in the same process. Call it first of all, with main's arguments.
void wait_briefly(char** argv);

}  // namespace weft
