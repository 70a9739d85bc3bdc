#include "absolute.h"

DISPATCHED
void lathe_window(const float *samples, const float *window, float *output, long count) {
  for (long i = 0; i < count; i++) output[i] = samples[i] * window[i];
}

DISPATCHED
void lathe_window_pair(const float *samples, long hop, const float *window, float *first,
                       float *second, long count) {
  for (long i = 0; i < count; i++) {
    first[i] = samples[i] * window[i];
    second[i] = samples[i + hop] * window[i];
  }
}

DISPATCHED
void lathe_window_double(const float *samples, const double *window, double *output, long count) {
  for (long i = 0; i < count; i++) output[i] = (double)samples[i] * window[i];
}

// With z the transform of the pairs and w = exp(-2 pi i k / 2M):
//   2 X[k]     =      (z[k] + conj z[M-k]) + w (z[k] - conj z[M-k]) / i
//   2 X[M - k] = conj((z[k] + conj z[M-k]) - w (z[k] - conj z[M-k]) / i)
// so bins k and M - k come out of one read of z[k] and z[M - k]. An odd M has no bin in the middle.

DISPATCHED
void lathe_power_of_half(const float *restrict z, const float *restrict cosine,
                         const float *restrict sine, long half, float *restrict power,
                         float *restrict scratch) {
  const long middle = half / 2;
  for (long k = 1; k <= middle; k++) {
    float ar = z[2 * k], ai = z[2 * k + 1];
    float br = z[2 * (half - k)], bi = -z[2 * (half - k) + 1];
    float er = ar + br, ei = ai + bi, dr = ar - br, di = ai - bi;
    float tr = di * cosine[k] - dr * sine[k], ti = -(di * sine[k]) - dr * cosine[k];
    float lr = er + tr, li = ei + ti, ur = er - tr, ui = ei - ti;
    power[k] = 0.25f * (lr * lr + li * li);
    scratch[middle - k] = 0.25f * (ur * ur + ui * ui);
  }
  power[0] = (z[0] + z[1]) * (z[0] + z[1]);
  memcpy(power + half - middle, scratch, (size_t)middle * sizeof(float));
  power[half] = (z[0] - z[1]) * (z[0] - z[1]);
}

INLINE void magnitudes(const float *real, const float *imaginary, long count, float *magnitude) {
  long k = 0;
  for (; k + 16 <= count; k += 16)
    *(Float16Lanes *)(magnitude + k) =
        ABSOLUTE(Float16Lanes, *(const Float16Lanes *)(real + k),
                 *(const Float16Lanes *)(imaginary + k));
  for (; k < count; k++)
    magnitude[k] = ABSOLUTE(Float16Lanes, (Float16Lanes){real[k]}, (Float16Lanes){imaginary[k]})[0];
}

DISPATCHED
void lathe_spectrum_of_half(const double *restrict z, const double *restrict cosine,
                            const double *restrict sine, long half, float *restrict real,
                            float *restrict imaginary, float *restrict magnitude) {
  const long middle = half / 2;
  float upperReal[middle + 1], upperImaginary[middle + 1];
  for (long k = 1; k <= middle; k++) {
    double ar = z[2 * k], ai = z[2 * k + 1];
    double br = z[2 * (half - k)], bi = -z[2 * (half - k) + 1];
    double er = ar + br, ei = ai + bi, dr = ar - br, di = ai - bi;
    double tr = di * cosine[k] - dr * sine[k], ti = -(di * sine[k]) - dr * cosine[k];
    real[k] = (float)(0.5 * (er + tr));
    imaginary[k] = (float)(0.5 * (ei + ti));
    upperReal[middle - k] = (float)(0.5 * (er - tr));
    upperImaginary[middle - k] = (float)(-0.5 * (ei - ti));
  }
  real[0] = (float)(z[0] + z[1]);
  imaginary[0] = 0;
  memcpy(real + half - middle, upperReal, (size_t)middle * sizeof(float));
  memcpy(imaginary + half - middle, upperImaginary, (size_t)middle * sizeof(float));
  real[half] = (float)(z[0] - z[1]);
  imaginary[half] = 0;
  magnitudes(real, imaginary, half + 1, magnitude);
}

DISPATCHED
void lathe_magnitude(const float *real, const float *imaginary, long count, float *magnitude) {
  magnitudes(real, imaginary, count, magnitude);
}

DISPATCHED
void lathe_half_of_spectrum(const float *restrict real, const float *restrict imaginary,
                            const float *restrict mask, const float *restrict cosine,
                            const float *restrict sine, long half, float *restrict z) {
  const long middle = half / 2;
  float upper[2 * middle + 1];
  for (long k = 1; k <= middle; k++) {
    float ar = real[k] * mask[k], ai = imaginary[k] * mask[k];
    float br = real[half - k] * mask[half - k], bi = -imaginary[half - k] * mask[half - k];
    float er = ar + br, ei = ai + bi, dr = ar - br, di = ai - bi;
    float pr = dr * cosine[k] - di * sine[k], pi = dr * sine[k] + di * cosine[k];
    z[2 * k] = er - pi;
    z[2 * k + 1] = ei + pr;
    upper[2 * (middle - k)] = er + pi;
    upper[2 * (middle - k) + 1] = pr - ei;
  }
  float first = real[0] * mask[0], last = real[half] * mask[half];
  z[0] = first + last;
  z[1] = first - last;
  memcpy(z + 2 * (half - middle), upper, (size_t)(2 * middle) * sizeof(float));
}

DISPATCHED
void lathe_overlap_add(const float *samples, const float *window, float *sum, long count) {
  for (long i = 0; i < count; i++) sum[i] += samples[i] * window[i];
}
