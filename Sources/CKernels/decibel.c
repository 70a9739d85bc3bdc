#include "logarithm.h"

// 10 log10(x) = 10 log10(2) e + 10 / log(10) log(1 + m).
INLINE Float32Lanes decibel(Float32Lanes x) {
  const LogarithmParts log = logarithm_parts(x);
  // The small parts first, so that the large ones lose no bit of them.
  return (log.r + log.m) * 4.342944819f + log.e * 3.010299957f;
}

// The first `count` of `values`, 16 or more, and `rest` behind them.
INLINE Float32Lanes taken(const float *values, long count, Float32Lanes rest) {
  if (count >= 32) return *(const Float32Lanes *)values;
  memcpy(&rest, values, 16 * sizeof(float));
  return rest;
}

INLINE void given(Float32Lanes x, float *values, long count) {
  if (count >= 32) *(Float32Lanes *)values = x;
  else memcpy(values, &x, 16 * sizeof(float));
}

DISPATCHED
float lathe_decibel(float *values, float minimum, long count) {
  const Float32Lanes least = (Float32Lanes){0} + minimum;
  Float32Lanes maximum = (Float32Lanes){0} - 3.0e38f;
  for (long i = 0; i < count; i += 32) {
    // What is not there counts as the minimum, which is no larger than what is.
    const Float32Lanes x = decibel(LARGER(taken(values + i, count - i, least), least));
    given(x, values + i, count - i);
    maximum = LARGER(x, maximum);
  }
  float largest = maximum[0];
  for (int lane = 1; lane < 32; lane++)
    if (maximum[lane] > largest) largest = maximum[lane];
  return largest;
}

// What factor * x + offset loses in rounding is added afterwards, so that log(1 + x) is exact for
// small x too.
DISPATCHED
void lathe_logarithm(float *values, float factor, float offset, float minimum, float scale,
                     long count) {
  const Float32Lanes least = (Float32Lanes){0} + minimum;
  for (long i = 0; i < count; i += 32) {
    const Float32Lanes scaled = taken(values + i, count - i, least) * factor;
    const Float32Lanes sum = scaled + offset;
    const Float32Lanes x = LARGER(sum, least);
    // What the sum's rounding left out; nothing where the floor stands in its place.
    const Float32Lanes rounding = (scaled - (sum - offset)) / x;
    const Float32Lanes lost = (Float32Lanes)((Int32Lanes)rounding & (sum >= least));
    const LogarithmParts log = logarithm_parts(x);
    // log 2 in two parts, the larger of few bits, so that its multiples are exact.
    const Float32Lanes small = log.r + lost - log.e * 2.12194440e-4f;
    given((small + log.m + log.e * 0.693359375f) * scale, values + i, count - i);
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
