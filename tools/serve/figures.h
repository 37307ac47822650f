#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "backends/runtime/program_cache.h"

namespace weft::serve {

/// How a server is doing now.
struct ServerFigures {
  std::size_t waiting_sentences = 0;       ///< to be translated
  std::uint64_t translated_sentences = 0;  ///< since the beginning, here and below
  std::size_t connections = 0;             ///< that are open
  std::size_t waiting_requests = 0;        ///< for their answers
  std::uint64_t shed_connections = 0;      ///< that had to make room for others
  std::uint64_t resident_bytes = 0;        ///< of the process
  ProgramMemory programs = {};             ///< compiled ones that are kept
};

/// The process' resident memory.
std::uint64_t resident_bytes();

/// What /health answers: {"status": "ok"}, and the figures.
std::string health_answer(const ServerFigures& figures);

}  // namespace weft::serve
