#pragma once

#include <cstddef>

namespace weft::test {

/// Whether this build counts allocations: sanitizers, which bring an allocator of their own, keep it from doing so.
bool counts_allocations();

/// How many times any thread of the process has asked for memory so far: malloc and its kin, and thus operator new,
/// in this program as in every library, but for what oneDNN asks for while it runs a primitive, and OpenMP for a team
/// of threads.
std::size_t allocation_count();

/// How many bytes were asked for in all of these together.
std::size_t allocated_bytes();

}  // namespace weft::test
