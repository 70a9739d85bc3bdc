#include "dispatch.h"

DISPATCHED
double lathe_sum_of_squares(const float *input, long count) {
  Double8Lanes low = {0}, high = {0};
  long i = 0;
  for (; i + 16 <= count; i += 16) {
    Double8Lanes a = __builtin_convertvector(*(const Float8Lanes *)(input + i), Double8Lanes);
    Double8Lanes b = __builtin_convertvector(*(const Float8Lanes *)(input + i + 8), Double8Lanes);
    low += a * a;
    high += b * b;
  }
  low += high;
  double sum = 0;
  for (int lane = 0; lane < 8; lane++) sum += low[lane];
  for (; i < count; i++) sum += (double)input[i] * (double)input[i];
  return sum;
}

DISPATCHED
long lathe_sign_changes(const float *input, float threshold, long count) {
  int changes = 0;
  for (long i = 1; i < count; i++)
    changes += (input[i] < -threshold) != (input[i - 1] < -threshold);
  return changes;
}

// Outputs made at a time: few enough that their inputs, one row a phase, stay in the nearest cache.
enum { BLOCK = 512 };

long lathe_decimate_scratch(long length, long factor) {
  return factor * (BLOCK + (length + factor - 1) / factor);
}

DISPATCHED
void lathe_decimate(const float *restrict input, const float *restrict taps, long length,
                    long factor, long count, float *restrict output, float *restrict scratch) {
  const long stride = BLOCK + (length + factor - 1) / factor;
  for (long first = 0; first < count; first += BLOCK) {
    const long outputs = count - first < BLOCK ? count - first : BLOCK;
    const float *source = input + first * factor;
    for (long phase = 0; phase < factor && phase < length; phase++) {
      const long columns = outputs + (length - 1 - phase) / factor;
      for (long n = 0; n < columns; n++) scratch[phase * stride + n] = source[n * factor + phase];
    }
    float *target = output + first;
    memset(target, 0, (size_t)outputs * sizeof(float));
    for (long k = 0; k < length; k++) {
      const float *row = scratch + (k % factor) * stride + k / factor;
      for (long n = 0; n < outputs; n++) target[n] += taps[k] * row[n];
    }
  }
}
