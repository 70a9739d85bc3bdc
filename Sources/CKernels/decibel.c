#include "dispatch.h"

// 10 log10(x) = 10 log10(2) (e + log2 m), x = m 2^e with m in [sqrt(1/2), sqrt 2).
// log m by the polynomial of Cephes' logf (Moshier), relative error about 1e-7.
INLINE Float16Lanes decibel(Float16Lanes x) {
  Int16Lanes bits;
  memcpy(&bits, &x, sizeof bits);
  Int16Lanes exponent = ((bits - 0x3f3504f3) >> 23);
  bits -= exponent << 23;
  Float16Lanes m;
  memcpy(&m, &bits, sizeof m);
  m -= 1.0f;
  Float16Lanes e = __builtin_convertvector(exponent, Float16Lanes);
  Float16Lanes p = m * 7.0376836292e-2f - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  Float16Lanes square = m * m;
  Float16Lanes logarithm = p * m * square - 0.5f * square;
  // The small parts first, so that the large ones lose no bit of them.
  return (logarithm + m) * 4.342944819f + e * 3.010299957f;
}

DISPATCHED
float lathe_decibel(float *values, float minimum, long count) {
  Float16Lanes maximum = (Float16Lanes){0} - 3.0e38f;
  for (long i = 0; i < count; i += 16) {
    Float16Lanes x = *(const Float16Lanes *)(values + i);
    x = __builtin_elementwise_max(x, (Float16Lanes){0} + minimum);
    x = decibel(x);
    *(Float16Lanes *)(values + i) = x;
    maximum = __builtin_elementwise_max(maximum, x);
  }
  float largest = maximum[0];
  for (int lane = 1; lane < 16; lane++)
    if (maximum[lane] > largest) largest = maximum[lane];
  return largest;
}

DISPATCHED
void lathe_clip_below(float *values, float floor, long count) {
  for (long i = 0; i < count; i++) values[i] = values[i] < floor ? floor : values[i];
}

DISPATCHED
void lathe_matrix_by_frames(const float *matrix, long outputs, long inputs, const float *input,
                            long frames, long stride, float *output) {
  for (long f = 0; f < frames; f += 16) {
    for (long c = 0; c < outputs; c += 4) {
      // Four rows at a time: one load of the input serves four sums.
      const long rows = outputs - c < 4 ? outputs - c : 4;
      Float16Lanes sums[4] = {{0}};
      for (long m = 0; m < inputs; m++) {
        Float16Lanes x = *(const Float16Lanes *)(input + m * stride + f);
        for (long r = 0; r < rows; r++) sums[r] += x * matrix[(c + r) * inputs + m];
      }
      for (long r = 0; r < rows; r++) *(Float16Lanes *)(output + (c + r) * stride + f) = sums[r];
    }
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
    v[m] = __builtin_elementwise_max(rise, (Float16Lanes){0});
  }
  for (int p = 1; p < bands; p *= 2)
    for (int k = p; k >= 1; k /= 2)
      for (int j = k % p; j < bands - k; j += 2 * k)
        for (int i = 0; i < k; i++)
          if ((i + j) / (2 * p) == (i + j + k) / (2 * p)) {
            Float16Lanes a = v[i + j], b = v[i + j + k];
            v[i + j] = __builtin_elementwise_min(a, b);
            v[i + j + k] = __builtin_elementwise_max(a, b);
          }
  *(Float16Lanes *)output = (v[bands / 2 - 1] + v[bands / 2]) * 0.5f;
}
