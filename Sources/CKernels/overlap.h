#pragma once

#include "transpose.h"

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

// Of step a, the sixteen samples of each frame from `samples` on, to sixteen rows.
INLINE void frames_to_rows(const float *samples, long hop, const Overlap *overlap, long a,
                           double *block) {
  const long frames = overlap->count + overlap->beyond - (a > overlap->lastStep);
  double *rows = block + a * 16 * overlap->stride;
  Float16Lanes v[16];
  for (long f = 0; f < 16; f++)
    v[f] = f < frames ? *(const Float16Lanes *)(samples + f * hop) : (Float16Lanes){0};
  transpose16(v);
  UNROLLED for (long c = 0; c < 16; c++) {
    double *row = rows + c * overlap->stride;
    *(Double8Lanes *)row = __builtin_convertvector(
        __builtin_shufflevector(v[c], v[c], 0, 1, 2, 3, 4, 5, 6, 7), Double8Lanes);
    *(Double8Lanes *)(row + 8) = __builtin_convertvector(
        __builtin_shufflevector(v[c], v[c], 8, 9, 10, 11, 12, 13, 14, 15), Double8Lanes);
  }
  for (long f = 16; f < overlap->stride; f += 4) {
    UNROLLED for (long i = 0; i < 4; i++)
      v[i] = f + i < frames ? *(const Float16Lanes *)(samples + (f + i) * hop) : (Float16Lanes){0};
    transpose4(v);
    UNROLLED for (long c = 0; c < 16; c++)
      *(Double4Lanes *)(rows + c * overlap->stride + f) = __builtin_convertvector(
          *(const Float4Lanes *)((const float *)&v[c % 4] + c / 4 * 4), Double4Lanes);
  }
}

// Brings share `share` of `shares` of the `hop` lines near that sixteen hops of floats are.
INLINE void bring_near(const float *next, long hop, long share, long shares) {
  const long first = share * hop / shares, last = (share + 1) * hop / shares;
  for (long line = first; line < last; line++) __builtin_prefetch(next + line * 16);
}
