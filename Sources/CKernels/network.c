#include "fused.h"

#include <math.h>

DISPATCHED
void lathe_add_bias(const float *bias, long rows, long columns, int rectify, float *output) {
  for (long r = 0; r < rows; r++, output += columns) {
    if (rectify)
      for (long c = 0; c < columns; c++) {
        const float sum = output[c] + bias[c];
        // A NaN stays one, so that a run that diverges is seen.
        output[c] = sum < 0 ? 0 : sum;
      }
    else
      for (long c = 0; c < columns; c++) output[c] += bias[c];
  }
}

DISPATCHED
void lathe_column_sums(const float *values, long rows, long columns, float *sums) {
  for (long c = 0; c < columns; c++) sums[c] = 0;
  for (long r = 0; r < rows; r++)
    for (long c = 0; c < columns; c++) sums[c] += values[r * columns + c];
}

DISPATCHED
void lathe_rectify(const float *input, float *output, long count) {
  for (long i = 0; i < count; i++) output[i] = input[i] < 0 ? 0 : input[i];
}

DISPATCHED
void lathe_rectify_backward(const float *output, float scale, float *gradient, long count) {
  for (long i = 0; i < count; i++) {
    const float scaled = gradient[i] * scale;
    gradient[i] = output[i] > 0 ? scaled : 0;
  }
}

DISPATCHED
double lathe_square_sum(const float *values, long count) {
  Double8Lanes sums = {0};
  long i = 0;
  for (; i + 8 <= count; i += 8) {
    const Double8Lanes x =
        __builtin_convertvector(*(const Float8Lanes *)(values + i), Double8Lanes);
    sums += x * x;
  }
  double total = 0;
  for (int lane = 0; lane < 8; lane++) total += sums[lane];
  for (; i < count; i++) total += (double)values[i] * values[i];
  return total;
}

DISPATCHED
void lathe_adamw(const LatheStep *step, const float *gradient, float *first, float *second,
                 float *value, long count) {
  const LatheStep s = *step;
  const float shrink = 1 - s.rate * s.decay, size = s.rate / s.correction1;
  const float inverse = 1 / s.correction2;
  for (long i = 0; i < count; i++) {
    const float g = gradient[i] * s.scale;
    const float m = first[i] + (g - first[i]) * (1 - s.beta1);
    const float v = second[i] * s.beta2 + (1 - s.beta2) * g * g;
    first[i] = m;
    second[i] = v;
    value[i] = value[i] * shrink - size * m / (sqrtf(v) * inverse + s.epsilon);
  }
}

DISPATCHED
void lathe_sgd(const LatheStep *step, int isFirst, const float *gradient, float *velocity,
               float *value, long count) {
  const LatheStep s = *step;
  for (long i = 0; i < count; i++) {
    const float g = gradient[i] * s.scale + s.decay * value[i];
    const float v = isFirst ? g : velocity[i] * s.momentum + g;
    velocity[i] = v;
    value[i] -= s.rate * (s.nesterov ? g + s.momentum * v : v);
  }
}

DISPATCHED
void lathe_average(const float *value, float share, float *average, long count) {
  for (long i = 0; i < count; i++) average[i] += (value[i] - average[i]) * share;
}

DISPATCHED
void lathe_add(const float *addend, float *values, long count) {
  for (long i = 0; i < count; i++) values[i] += addend[i];
}
