#pragma once

#include <memory>

#include "backends/runtime/communicator.h"

namespace weft {

/// As which of how many processes this one was started, by what mpirun (of Open MPI or MPICH) and srun leave in the
/// environment: before MPI begins, and without it. {0, 1} when it was started alone.
struct LaunchedAs {
  int rank = 0;
  int size = 1;
};
LaunchedAs launched_as();

/// Whether this program was built with MPI.
bool has_mpi();

/// All processes that mpirun has started, over MPI, which begins and, with the last copy of the pointer, ends, unless
/// an exception is what destroys it: that is to be told first, and then to end_processes(). Once in a program. The
/// calling thread alone may use it. Throws Error when the program was built without MPI.
std::shared_ptr<const Communicator> mpi_communicator();

/// Ends all processes, whatever they do, with that status; nothing where MPI has not begun, or has ended. A process
/// that fails before it has a communicator begins MPI for that alone.
void begin_processes();
void end_processes(int status);

}  // namespace weft
