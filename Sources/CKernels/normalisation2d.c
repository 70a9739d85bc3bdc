#include "blocked.h"

DISPATCHED
void lathe_blocked_moments(const float *plane, long positions, float *mean, float *squares) {
  // Four sums each, so that one addition need not wait for the last.
  Lanes sum[4] = {};
  long t = 0;
  for (; t + 4 <= positions; t += 4)
    UNROLLED for (int i = 0; i < 4; i++) sum[i] += lanes(plane + (t + i) * 16);
  for (; t < positions; t++) sum[0] += lanes(plane + t * 16);
  const Lanes m = (sum[0] + sum[1] + (sum[2] + sum[3])) * (1 / (float)positions);
  Lanes square[4] = {};
  for (t = 0; t + 4 <= positions; t += 4)
    UNROLLED for (int i = 0; i < 4; i++) {
      const Lanes x = lanes(plane + (t + i) * 16) - m;
      square[i] += x * x;
    }
  for (; t < positions; t++) {
    const Lanes x = lanes(plane + t * 16) - m;
    square[0] += x * x;
  }
  *(Lanes *)mean = m;
  *(Lanes *)squares = square[0] + square[1] + (square[2] + square[3]);
}

DISPATCHED
void lathe_blocked_normalise(const float *input, long positions, const float *scale,
                             const float *shift, const float *residual, int rectifies,
                             float *output) {
  const Lanes a = lanes(scale), b = lanes(shift);
  if (residual)
    for (long t = 0; t < positions; t++) {
      const Lanes z = a * lanes(input + t * 16) + b + lanes(residual + t * 16);
      *(Lanes *)(output + t * 16) = rectifies ? rectified(z) : z;
    }
  else
    for (long t = 0; t < positions; t++) {
      const Lanes z = a * lanes(input + t * 16) + b;
      *(Lanes *)(output + t * 16) = rectifies ? rectified(z) : z;
    }
}

DISPATCHED
void lathe_blocked_normalise_sums(float *gradient, const float *output, const float *input,
                                  long positions, const float *mean, float *sum, float *product) {
  const Lanes m = lanes(mean);
  Lanes s[2] = {}, q[2] = {};
  for (long t = 0; t < positions; t++) {
    Lanes g = lanes(gradient + t * 16);
    if (output) {
      g = (Lanes)((lanes(output + t * 16) > 0) & (Mask)g);
      *(Lanes *)(gradient + t * 16) = g;
    }
    s[t & 1] += g;
    q[t & 1] += g * (lanes(input + t * 16) - m);
  }
  *(Lanes *)sum = s[0] + s[1];
  *(Lanes *)product = q[0] + q[1];
}

DISPATCHED
void lathe_blocked_normalise_gradient(const float *gradient, const float *input, long positions,
                                      const float *mean, const float *scale, const float *offset,
                                      const float *slope, float *output) {
  const Lanes m = lanes(mean), a = lanes(scale), c = lanes(offset), b = lanes(slope);
  for (long t = 0; t < positions; t++)
    *(Lanes *)(output + t * 16) =
        a * lanes(gradient + t * 16) - c - b * (lanes(input + t * 16) - m);
}
