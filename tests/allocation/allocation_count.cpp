// Takes the place of the C library's allocator, counts, and hands on to it. In an executable of its own: the
// definitions hold for every library of the process.

#include "tests/allocation/allocation_count.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>

#include "tests/allocation/onednn_allocations.h"

#if defined(__has_feature)
#define WEFT_HAS_FEATURE(feature) __has_feature(feature)
#else
#define WEFT_HAS_FEATURE(feature) 0
#endif

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
    !WEFT_HAS_FEATURE(address_sanitizer) && !WEFT_HAS_FEATURE(thread_sanitizer)
#define WEFT_COUNTS_ALLOCATIONS 1
#else
#define WEFT_COUNTS_ALLOCATIONS 0
#endif

namespace {

std::atomic<std::size_t> count{0};
std::atomic<std::size_t> total_bytes{0};

[[maybe_unused]] void note(std::size_t bytes) {
  if (weft::test::within_onednn()) return;
  ++count;
  total_bytes += bytes;
}

}  // namespace

namespace weft::test {

bool counts_allocations() { return WEFT_COUNTS_ALLOCATIONS == 1; }

std::size_t allocation_count() { return count.load(); }

std::size_t allocated_bytes() { return total_bytes.load(); }

}  // namespace weft::test

#if WEFT_COUNTS_ALLOCATIONS

extern "C" {

// The GNU C library's allocator under the names that it keeps for this.
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t number, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

void* malloc(std::size_t bytes) {
  note(bytes);
  return __libc_malloc(bytes);
}

void* calloc(std::size_t number, std::size_t bytes) {
  note(number * bytes);
  return __libc_calloc(number, bytes);
}

void* realloc(void* memory, std::size_t bytes) {
  note(bytes);
  return __libc_realloc(memory, bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  note(bytes);
  return __libc_memalign(alignment, bytes);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  note(bytes);
  *memory = __libc_memalign(alignment, bytes);
  return *memory == nullptr ? ENOMEM : 0;
}
}

#endif
