#pragma once

#include "versions.h"

// Sixteen channels side by side: one register of AVX-512, two of AVX2, four of SSE2 or NEON.
typedef Float16Lanes Lanes;

INLINE Lanes splat(float value) { return (Lanes){} + value; }

typedef Int16Lanes Mask;
