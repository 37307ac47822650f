#pragma once

/// A function that is compiled for AVX-512, for AVX2 and for the baseline; the program picks one when it starts. What
/// it calls is compiled for the baseline, unless it is inlined. All three give the same bits, so that the baseline
/// alone will do where there is no choosing: other processors, clang (which has no clones of templates), sanitizers
/// (whose start is too late for it).
#if defined(__clang__) || !defined(__x86_64__) || !defined(__linux__) || defined(__SANITIZE_ADDRESS__) || \
    defined(__SANITIZE_THREAD__)
#define WEFT_VECTORISED
#else
#define WEFT_VECTORISED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
