#pragma once

#include "CKernels.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF
// Vectors are passed between always-inlined functions only, so how they would be passed is moot.
#pragma clang diagnostic ignored "-Wpsabi"

// One build, three instruction sets; the loader picks. Not under the thread sanitizer: what picks
// would call its run-time before that is set up.
#if defined(__x86_64__) && defined(__ELF__) && !__has_feature(thread_sanitizer)
#define DISPATCHED __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define DISPATCHED
#endif

#define INLINE static inline __attribute__((always_inline))
#define UNROLLED _Pragma("clang loop unroll(full)")

// Sixteen lanes whatever the processor: wider registers only change how many instructions that
// takes.
typedef float Float16Lanes __attribute__((vector_size(64), aligned(4)));
typedef int32_t Int16Lanes __attribute__((vector_size(64), aligned(4)));
typedef double Double8Lanes __attribute__((vector_size(64), aligned(8)));
typedef float Float4Lanes __attribute__((vector_size(16), aligned(4)));
typedef double Double4Lanes __attribute__((vector_size(32), aligned(8)));
typedef float Float8Lanes __attribute__((vector_size(32), aligned(4)));
// Eight lanes of non-negative floats seen as integers, which order alike and have cheaper minima.
typedef int32_t Ordered8Lanes __attribute__((vector_size(32), aligned(4)));

// The first where a lane of the mask is all ones, the second where it is zero.
INLINE Float16Lanes chosen(Int16Lanes mask, Float16Lanes yes, Float16Lanes no) {
  return (Float16Lanes)((mask & (Int16Lanes)yes) | (~mask & (Int16Lanes)no));
}

// The larger and the smaller of floats side by side, the second where one is no number: one instruction, where
// `__builtin_elementwise_max`, which then gives the number, takes three.
#define LARGER(a, b) ORDERED(a, >, b)
#define SMALLER(a, b) ORDERED(a, <, b)
#define ORDERED(a, order, b)                                                                   \
  ({                                                                                           \
    typedef float OrderedLanes __attribute__((ext_vector_type(sizeof(a) / sizeof(float))));    \
    const OrderedLanes orderedFirst = (OrderedLanes)(a), orderedSecond = (OrderedLanes)(b);    \
    (__typeof__(a))(orderedFirst order orderedSecond ? orderedFirst : orderedSecond);          \
  })

// Values of a cache may begin at any address.
typedef float UnalignedFloat __attribute__((aligned(1), may_alias));
