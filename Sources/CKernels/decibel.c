#include "logarithm.h"

// 10 log10(x) = 10 log10(2) e + 10 / log(10) log(1 + m).
INLINE Float16Lanes decibel(Float16Lanes x) {
  const LogarithmParts log = logarithm_parts(x);
  // The small parts first, so that the large ones lose no bit of them.
  return (log.r + log.m) * 4.342944819f + log.e * 3.010299957f;
}

DISPATCHED
float lathe_decibel(float *values, float minimum, long count) {
  Float16Lanes maximum = (Float16Lanes){0} - 3.0e38f;
  for (long i = 0; i < count; i += 16) {
    Float16Lanes x = *(const Float16Lanes *)(values + i);
    x = decibel(LARGER(x, (Float16Lanes){0} + minimum));
    *(Float16Lanes *)(values + i) = x;
    maximum = LARGER(x, maximum);
  }
  float largest = maximum[0];
  for (int lane = 1; lane < 16; lane++)
    if (maximum[lane] > largest) largest = maximum[lane];
  return largest;
}

// What factor * x + offset loses in rounding is added afterwards, so that log(1 + x) is exact for
// small x too.
DISPATCHED
void lathe_logarithm(float *values, float factor, float offset, float minimum, float scale,
                     long count) {
  const Float16Lanes least = (Float16Lanes){0} + minimum;
  for (long i = 0; i < count; i += 16) {
    const Float16Lanes scaled = *(const Float16Lanes *)(values + i) * factor;
    const Float16Lanes sum = scaled + offset;
    const Float16Lanes x = LARGER(sum, least);
    // What the sum's rounding left out; nothing where the floor stands in its place.
    const Float16Lanes lost = chosen(sum >= least, (scaled - (sum - offset)) / x, (Float16Lanes){0});
    const LogarithmParts log = logarithm_parts(x);
    // log 2 in two parts, the larger of few bits, so that its multiples are exact.
    const Float16Lanes small = log.r + lost - log.e * 2.12194440e-4f;
    *(Float16Lanes *)(values + i) = (small + log.m + log.e * 0.693359375f) * scale;
  }
}

DISPATCHED
void lathe_clip_below(float *values, float floor, long count) {
  for (long i = 0; i < count; i++) values[i] = values[i] < floor ? floor : values[i];
}

// Several rows at a time: one load of the input serves all their sums.
INLINE void rows_by_frames(const float *matrix, const long rows, long inputs, const float *input,
                           long stride, float *output) {
  Float16Lanes sums[10] = {{0}};
  for (long m = 0; m < inputs; m++) {
    const Float16Lanes x = *(const Float16Lanes *)(input + m * stride);
    UNROLLED for (long r = 0; r < rows; r++) sums[r] += x * matrix[r * inputs + m];
  }
  UNROLLED for (long r = 0; r < rows; r++) *(Float16Lanes *)(output + r * stride) = sums[r];
}

DISPATCHED
void lathe_matrix_by_frames(const float *matrix, long outputs, long inputs, const float *input,
                            long frames, long stride, float *output) {
  for (long f = 0; f < frames; f += 16) {
    long c = 0;
    for (; c + 10 <= outputs; c += 10)
      rows_by_frames(matrix + c * inputs, 10, inputs, input + f, stride, output + c * stride + f);
    for (; c + 4 <= outputs; c += 4)
      rows_by_frames(matrix + c * inputs, 4, inputs, input + f, stride, output + c * stride + f);
    for (; c < outputs; c++)
      rows_by_frames(matrix + c * inputs, 1, inputs, input + f, stride, output + c * stride + f);
  }
}

// Batcher's odd-even merge sort of 128 rows, sixteen frames side by side.
DISPATCHED
void lathe_flux_median128(const float *input, long stride, float *output) {
  enum { bands = 128 };
  Float16Lanes v[bands];
  for (int m = 0; m < bands; m++) {
    const float *row = input + m * stride;
    Float16Lanes rise = *(const Float16Lanes *)row - *(const Float16Lanes *)(row - 1);
    v[m] = LARGER(rise, (Float16Lanes){0});
  }
  for (int p = 1; p < bands; p *= 2)
    for (int k = p; k >= 1; k /= 2)
      for (int j = k % p; j < bands - k; j += 2 * k)
        for (int i = 0; i < k; i++)
          if ((i + j) / (2 * p) == (i + j + k) / (2 * p)) {
            Float16Lanes a = v[i + j], b = v[i + j + k];
            v[i + j] = SMALLER(a, b);
            v[i + j + k] = LARGER(a, b);
          }
  *(Float16Lanes *)output = (v[bands / 2 - 1] + v[bands / 2]) * 0.5f;
}
