#pragma once

#include "dispatch.h"

// How frames that overlap are laid side by side with each sample written once. With a hop of `period` steps,
// sample n + hop of a frame is sample n of the next: so a row holds sample n of all frames and of those
// after the last, as far as later samples of it reach, and sample n + i hop of the frames begins i
// numbers further on. With a hop that is no number of steps, a row holds the frames alone.
typedef struct {
  // Frames; steps of a hop; numbers of a row.
  long count, period, stride;
  // Frames after the last that steps up to `lastStep` of a hop are wanted of; one fewer of those after it.
  long beyond, lastStep;
  // Where the first sample of step a begins in the rows of all steps, sixteen rows each.
  long places[32];
} Overlap;

// At most 31 steps with rows of 20 numbers, or 32 with rows of 16.
enum { OVERLAP_NUMBERS = 31 * 16 * 20 };

// Of `count` frames, 1 to 16, of `steps` steps, at most 32, of `step` samples.
INLINE Overlap overlap_of(long hop, long count, long steps, long step) {
  Overlap overlap = {.count = count};
  overlap.period = hop % step || hop > steps * step ? steps : hop / step;
  overlap.beyond = (steps - 1) / overlap.period;
  overlap.lastStep = steps - 1 - overlap.beyond * overlap.period;
  overlap.stride = LATHE_BLOCK_FRAMES + (overlap.beyond + 3) / 4 * 4;
  for (long a = 0, hops = 0; a < steps; hops++)
    for (long i = 0; i < overlap.period && a < steps; i++, a++)
      overlap.places[a] = i * 16 * overlap.stride + hops;
  return overlap;
}

// Sixteen samples of eight frames, to eight numbers of sixteen rows. Halves of vectors are put together as they
// are read, so that all that is left to exchange lies in quarters, which is cheaper.
INLINE void eight_to_rows(const float *const frames[8], double *rows, long stride) {
  UNROLLED for (long c = 0; c < 16; c += 4, rows += 4 * stride) {
    Float8Lanes v[4], w[4];
    UNROLLED for (long f = 0; f < 4; f++)
      v[f] = __builtin_shufflevector(*(const Float4Lanes *)(frames[f] + c),
                                     *(const Float4Lanes *)(frames[f + 4] + c), 0, 1, 2, 3, 4, 5, 6, 7);
    UNROLLED for (long f = 0; f < 4; f += 2) {
      w[f] = __builtin_shufflevector(v[f], v[f + 1], 0, 8, 1, 9, 4, 12, 5, 13);
      w[f + 1] = __builtin_shufflevector(v[f], v[f + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    UNROLLED for (long h = 0; h < 2; h++) {
      const Float8Lanes even = __builtin_shufflevector(w[h], w[h + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      const Float8Lanes odd = __builtin_shufflevector(w[h], w[h + 2], 2, 3, 10, 11, 6, 7, 14, 15);
      *(Double8Lanes *)(rows + 2 * h * stride) = __builtin_convertvector(even, Double8Lanes);
      *(Double8Lanes *)(rows + (2 * h + 1) * stride) = __builtin_convertvector(odd, Double8Lanes);
    }
  }
}

// Sixteen samples of four frames, to four numbers of sixteen rows.
INLINE void four_to_rows(const float *const frames[4], double *rows, long stride) {
  UNROLLED for (long c = 0; c < 16; c += 4, rows += 4 * stride) {
    Float4Lanes v[4], w[4];
    UNROLLED for (long f = 0; f < 4; f++) v[f] = *(const Float4Lanes *)(frames[f] + c);
    UNROLLED for (long f = 0; f < 4; f += 2) {
      w[f] = __builtin_shufflevector(v[f], v[f + 1], 0, 4, 1, 5);
      w[f + 1] = __builtin_shufflevector(v[f], v[f + 1], 2, 6, 3, 7);
    }
    UNROLLED for (long h = 0; h < 2; h++) {
      const Float4Lanes even = __builtin_shufflevector(w[h], w[h + 2], 0, 1, 4, 5);
      const Float4Lanes odd = __builtin_shufflevector(w[h], w[h + 2], 2, 3, 6, 7);
      *(Double4Lanes *)(rows + 2 * h * stride) = __builtin_convertvector(even, Double4Lanes);
      *(Double4Lanes *)(rows + (2 * h + 1) * stride) = __builtin_convertvector(odd, Double4Lanes);
    }
  }
}

// Of step a, the sixteen samples of each frame from `samples` on, to sixteen rows.
INLINE void frames_to_rows(const float *samples, long hop, const Overlap *overlap, long a,
                           double *block) {
  static const float silence[16] = {0};
  const long frames = overlap->count + overlap->beyond - (a > overlap->lastStep);
  const long stride = overlap->stride;
  double *rows = block + a * 16 * stride;
  const float *from[8];
  for (long f = 0; f < stride; f += f < 16 ? 8 : 4) {
    UNROLLED for (long i = 0; i < 8; i++) from[i] = f + i < frames ? samples + (f + i) * hop : silence;
    if (f < 16) eight_to_rows(from, rows + f, stride);
    else four_to_rows(from, rows + f, stride);
  }
}

// Brings share `share` of `shares` of the `hop` lines near that sixteen hops of floats are. They are read once, so
// the farther caches are to keep no place for them.
INLINE void bring_near(const float *next, long hop, long share, long shares) {
  const long first = share * hop / shares, last = (share + 1) * hop / shares;
  for (long line = first; line < last; line++) __builtin_prefetch(next + line * 16, 0, 0);
}
