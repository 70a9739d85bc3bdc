#pragma once

#include "dispatch.h"

// |re + i im| of vectors of floats, rounded step by step as numpy.abs rounds it with AVX-512: the
// larger part times sqrt(1 + ratio^2), the sum in one rounding. A roll-off bin can turn on the last
// bit.
#define ABSOLUTE(Floats, re, im)                                                               \
  ({                                                                                           \
    const Floats absoluteRe = __builtin_elementwise_abs(re);                                   \
    const Floats absoluteIm = __builtin_elementwise_abs(im);                                   \
    const Floats larger = LARGER(absoluteRe, absoluteIm);                                      \
    const Floats smaller = SMALLER(absoluteRe, absoluteIm);                                    \
    const Floats ratio = smaller / LARGER(larger, (Floats){0} + 1e-38f);                       \
    larger *__builtin_elementwise_sqrt(                                                        \
        __builtin_elementwise_fma(ratio, ratio, (Floats){0} + 1.0f));                          \
  })
