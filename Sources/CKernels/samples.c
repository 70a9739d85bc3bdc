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

DISPATCHED
float lathe_levels(const float *input, long count, double *sums) {
  Double8Lanes sum[2] = {{0}}, squares[2] = {{0}};
  Float8Lanes largest[2] = {{0}};
  long i = 0;
  for (; i + 16 <= count; i += 16)
    UNROLLED for (int half = 0; half < 2; half++) {
      Float8Lanes values = *(const Float8Lanes *)(input + i + 8 * half);
      Double8Lanes fine = __builtin_convertvector(values, Double8Lanes);
      largest[half] =
          __builtin_elementwise_max(largest[half], __builtin_elementwise_abs(values));
      sum[half] += fine;
      squares[half] += fine * fine;
    }
  float peak = 0;
  double total = 0, energy = 0;
  for (int half = 0; half < 2; half++)
    for (int lane = 0; lane < 8; lane++) {
      peak = largest[half][lane] > peak ? largest[half][lane] : peak;
      total += sum[half][lane];
      energy += squares[half][lane];
    }
  for (; i < count; i++) {
    float value = __builtin_fabsf(input[i]);
    peak = value > peak ? value : peak;
    total += (double)input[i];
    energy += (double)input[i] * (double)input[i];
  }
  sums[0] += total;
  sums[1] += energy;
  return peak;
}

DISPATCHED
long lathe_count_below(const float *input, float threshold, long count) {
  int below = 0;
  for (long i = 0; i < count; i++) below += __builtin_fabsf(input[i]) < threshold;
  return below;
}

INLINE float total(Float16Lanes lanes) {
  float sum = 0;
  for (int lane = 0; lane < 16; lane++) sum += lanes[lane];
  return sum;
}

DISPATCHED
void lathe_block_moments(const float *input, const float *weights, long length, long blocks,
                         float *output) {
  for (long block = 0; block < blocks; block++) {
    const float *x = input + block * length;
    Float16Lanes a = {0}, b = {0}, c = {0}, d = {0};
    long i = 0;
    for (; i + 16 <= length; i += 16) {
      Float16Lanes values = *(const Float16Lanes *)(x + i);
      a += values * *(const Float16Lanes *)(weights + i);
      b += values * *(const Float16Lanes *)(weights + length + i);
      c += values * *(const Float16Lanes *)(weights + 2 * length + i);
      d += values * *(const Float16Lanes *)(weights + 3 * length + i);
    }
    float sums[4] = {total(a), total(b), total(c), total(d)};
    for (; i < length; i++)
      for (int j = 0; j < 4; j++) sums[j] += x[i] * weights[j * length + i];
    memcpy(output + 4 * block, sums, sizeof sums);
  }
}
