#pragma once

#include "versions.h"

// Sixteen channels side by side: one register of AVX-512, two of AVX2, four of SSE2 or NEON.
typedef Float16Lanes Lanes;

INLINE Lanes splat(float value) { return (Lanes){} + value; }

typedef int32_t Mask __attribute__((vector_size(64), aligned(4)));

// a where the mask is set, else b.
INLINE Lanes chosen(Mask mask, Lanes a, Lanes b) {
  return (Lanes)((mask & (Mask)a) | (~mask & (Mask)b));
}

// A NaN stays one, so that a run that diverges is seen.
INLINE Lanes rectified(Lanes x) { return (Lanes)(~(x < 0) & (Mask)x); }
