#pragma once

#include "fused.h"

// A kernel whose tile follows from the count of registers is written once, inlined, and
// instantiated for each instruction set by name; DISPATCH picks when it is called.
#if defined(__x86_64__)
#define VERSION_3 __attribute__((target("arch=x86-64-v3")))
// Without the width, registers of 512 bits would be left alone.
#define VERSION_4 __attribute__((target("arch=x86-64-v4"), min_vector_width(512)))
#define DISPATCH(kernel, ...)                                                                  \
  (__builtin_cpu_supports("x86-64-v4")   ? kernel##_v4(__VA_ARGS__)                            \
   : __builtin_cpu_supports("x86-64-v3") ? kernel##_v3(__VA_ARGS__)                            \
                                         : kernel##_v1(__VA_ARGS__))
#else
#define DISPATCH(kernel, ...) kernel##_v1(__VA_ARGS__)
#endif

// The larger of x and 0. A NaN stays one, so that a run that diverges is seen.
INLINE Float16Lanes rectified(Float16Lanes x) { return (Float16Lanes)(~(x < 0) & (Int16Lanes)x); }

INLINE Float16Lanes lanes(const float *values) { return *(const Float16Lanes *)values; }
