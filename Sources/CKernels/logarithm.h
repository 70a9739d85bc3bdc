#pragma once

#include "dispatch.h"

// Two vectors of the widest registers: each step of a polynomial waits for the one before, and steps of both
// stand close enough to fill that time.
typedef float Float32Lanes __attribute__((vector_size(128), aligned(4)));
typedef int32_t Int32Lanes __attribute__((vector_size(128), aligned(4)));

// log x = e log 2 + m + r, x = (1 + m) 2^e with 1 + m in [sqrt(1/2), sqrt 2), for normal x > 0.
typedef struct {
  Float32Lanes e, m, r;
} LogarithmParts;

// r by the polynomial of Cephes' logf (Moshier); m + r has a relative error of about 1e-7. The
// parts come apart so that a caller may add the small ones first.
INLINE LogarithmParts logarithm_parts(Float32Lanes x) {
  Int32Lanes bits;
  memcpy(&bits, &x, sizeof bits);
  Int32Lanes exponent = ((bits - 0x3f3504f3) >> 23);
  bits -= exponent << 23;
  Float32Lanes m;
  memcpy(&m, &bits, sizeof m);
  m -= 1.0f;
  Float32Lanes e = __builtin_convertvector(exponent, Float32Lanes);
  Float32Lanes p = m * 7.0376836292e-2f - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  Float32Lanes square = m * m;
  return (LogarithmParts){e, m, p * m * square - 0.5f * square};
}
