#pragma once

#include "CKernels.h"

#include <string.h>

// The networks' kernels multiply and add in one step where the processor can: a learnt number has no bytes
// that must repeat on another processor, as those of a signal have (dispatch.h). Which products are
// contracted is the code's choice, so on one processor a sum is the same every time.
#pragma STDC FP_CONTRACT ON
// Vectors are passed between always-inlined functions only, so how they would be passed is moot.
#pragma clang diagnostic ignored "-Wpsabi"

// The loader picks among clones, as in dispatch.h. A kernel whose tile follows from the count of registers is
// written once, inlined, and instantiated for each instruction set; DISPATCH picks when it is called.
#if defined(__x86_64__) && defined(__ELF__) && !__has_feature(thread_sanitizer)
#define CONTRACTED                                                                             \
  __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4"),                 \
                 min_vector_width(512)))
#else
#define CONTRACTED
#endif

#if defined(__x86_64__)
#define VERSION_3 __attribute__((target("arch=x86-64-v3")))
#define VERSION_4 __attribute__((target("arch=x86-64-v4"), min_vector_width(512)))
#define DISPATCH(kernel, ...)                                                                  \
  (__builtin_cpu_supports("x86-64-v4")   ? kernel##_v4(__VA_ARGS__)                            \
   : __builtin_cpu_supports("x86-64-v3") ? kernel##_v3(__VA_ARGS__)                            \
                                         : kernel##_v1(__VA_ARGS__))
#else
#define DISPATCH(kernel, ...) kernel##_v1(__VA_ARGS__)
#endif

#define INLINE static inline __attribute__((always_inline))
#define UNROLLED _Pragma("clang loop unroll(full)")

// Sixteen lanes: one register of AVX-512, two of AVX2, four of SSE2 or NEON.
typedef float Lanes __attribute__((vector_size(64), aligned(4)));
typedef int32_t Mask __attribute__((vector_size(64), aligned(4)));
typedef float StreamedLanes __attribute__((vector_size(64), aligned(64)));

INLINE Lanes lanes(const float *values) { return *(const Lanes *)values; }

INLINE Lanes splat(float value) { return (Lanes){} + value; }
