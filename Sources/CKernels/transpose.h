#pragma once

#include "dispatch.h"

// A 16 x 16 transpose by halves: four rounds, each exchanging blocks of 8, 4, 2, 1.
INLINE void transpose16(Float16Lanes v[16]) {
  UNROLLED for (int r = 0; r < 8; r++) {
    Float16Lanes a = v[r], b = v[r + 8];
    v[r] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
    v[r + 8] =
        __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  }
  UNROLLED for (int i = 0; i < 8; i++) {
    int r = (i & 3) | ((i & 4) << 1);
    Float16Lanes a = v[r], b = v[r + 4];
    v[r] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
    v[r + 4] =
        __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
  }
  UNROLLED for (int i = 0; i < 8; i++) {
    int r = (i & 1) | ((i & 6) << 1);
    Float16Lanes a = v[r], b = v[r + 2];
    v[r] = __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
    v[r + 2] =
        __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
  }
  UNROLLED for (int i = 0; i < 8; i++) {
    int r = i * 2;
    Float16Lanes a = v[r], b = v[r + 1];
    v[r] = __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
    v[r + 1] =
        __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
  }
}
