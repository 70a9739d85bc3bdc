#include "dispatch.h"
#include "transpose.h"

INLINE Float16Lanes *row_of(float *block, int32_t place) {
  return (Float16Lanes *)(block + (long)place * LATHE_BLOCK_FRAMES);
}

// Sample n + hop of a frame is sample n of the next: only the first hop rows are transposed, the
// others are rows before them, a lane on, and one new sample.
DISPATCHED
void lathe_frames_to_block(const float *samples, long hop, long count, long length,
                           const int32_t *places, float *block) {
  const Int16Lanes lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const Int16Lanes earlier = lanes < (Int16Lanes){0} + (int32_t)(count - 1);
  const Int16Lanes last = lanes == (Int16Lanes){0} + (int32_t)(count - 1);
  const float *newest = samples + (count - 1) * hop;
  long n = 0;
  for (; n < hop && n < length; n += 16) {
    const long columns = length - n < 16 ? length - n : 16;
    Float16Lanes v[16];
    for (long f = 0; f < 16; f++) {
      v[f] = (Float16Lanes){0};
      if (f < count) memcpy(&v[f], samples + f * hop + n, (size_t)columns * sizeof(float));
    }
    transpose16(v);
    for (long c = 0; c < columns; c++) *row_of(block, places[n + c]) = v[c];
  }
  for (; n < length; n++) {
    const Float16Lanes v = *row_of(block, places[n - hop]);
    const Float16Lanes shifted = __builtin_shufflevector(v, v, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
                                                         13, 14, 15, 0);
    const Float16Lanes sample = (Float16Lanes){0} + newest[n];
    *row_of(block, places[n]) =
        (Float16Lanes)((earlier & (Int16Lanes)shifted) | (last & (Int16Lanes)sample));
  }
}

INLINE Double8Lanes wide(const float *values) {
  return __builtin_convertvector(*(const Float8Lanes *)values, Double8Lanes);
}

DISPATCHED
void lathe_block_sums(const float *block, const int32_t *places, long length, double *sums) {
  Double8Lanes low = {0}, high = {0};
  for (long n = 0; n < length; n++) {
    const float *row = block + (long)places[n] * LATHE_BLOCK_FRAMES;
    low += wide(row);
    high += wide(row + 8);
  }
  memcpy(sums, &low, sizeof low);
  memcpy(sums + 8, &high, sizeof high);
}

DISPATCHED
void lathe_block_energies(const float *block, const int32_t *places, long length,
                          const float *means, const float *weights, double *energies) {
  const Float8Lanes lowMean = *(const Float8Lanes *)means;
  const Float8Lanes highMean = *(const Float8Lanes *)(means + 8);
  Double8Lanes low = {0}, high = {0};
  for (long n = 0; n < length; n++) {
    const float *row = block + (long)places[n] * LATHE_BLOCK_FRAMES;
    const float weight = weights ? weights[n] : 1;
    const Float8Lanes x = (*(const Float8Lanes *)row - lowMean) * weight;
    const Float8Lanes y = (*(const Float8Lanes *)(row + 8) - highMean) * weight;
    const Double8Lanes dx = __builtin_convertvector(x, Double8Lanes);
    const Double8Lanes dy = __builtin_convertvector(y, Double8Lanes);
    low += dx * dx;
    high += dy * dy;
  }
  memcpy(energies, &low, sizeof low);
  memcpy(energies + 8, &high, sizeof high);
}

DISPATCHED
void lathe_emphasise_block(float *block, const int32_t *places, long length, const float *means,
                           float coefficient) {
  const Float16Lanes mean = *(const Float16Lanes *)means;
  Float16Lanes before = *row_of(block, places[0]) - mean;
  for (long n = 0; n < length; n++) {
    Float16Lanes *row = row_of(block, places[n]);
    const Float16Lanes x = *row - mean;
    *row = x - before * coefficient;
    before = x;
  }
}

DISPATCHED
void lathe_sliding_energies(const float *samples, const double *window, long length,
                            double *energies) {
  Double8Lanes low = {0}, high = {0};
  for (long i = 0; i < length; i++) {
    const Double8Lanes x = wide(samples + i) * window[i], y = wide(samples + i + 8) * window[i];
    low += x * x;
    high += y * y;
  }
  memcpy(energies, &low, sizeof low);
  memcpy(energies + 8, &high, sizeof high);
}

DISPATCHED
void lathe_window_pair_complex(const float *restrict samples, const double *restrict window,
                               const double *restrict scales, long length,
                               double *restrict output) {
  for (long i = 0; i < length; i++) {
    output[2 * i] = (double)samples[i] * window[i] * scales[0];
    output[2 * i + 1] = (double)samples[i + 1] * window[i] * scales[1];
  }
}

DISPATCHED
void lathe_add_powers(const double *restrict z, long count, double *restrict power) {
  for (long k = 0; k < count; k++) power[k] += z[2 * k] * z[2 * k] + z[2 * k + 1] * z[2 * k + 1];
}
