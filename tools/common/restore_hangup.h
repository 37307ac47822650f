#pragma once

namespace weft::tool {

/// Lets SIGHUP end the program, or be ignored, as it was when the program was started. UCX, which Debian 13's Open MPI
/// brings along, takes the signal as soon as it is loaded: a training under nohup would end with its terminal. Call it
/// before anything else, in a program that links MPI.
void restore_hangup();

}  // namespace weft::tool
