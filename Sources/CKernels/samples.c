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
