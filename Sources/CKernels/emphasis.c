#include "dispatch.h"

DISPATCHED
void lathe_emphasise(const float *restrict samples, float mean, float coefficient,
                     const float *restrict window, float *restrict output, long count) {
  if (count == 0) return;
  const float first = samples[0] - mean;
  output[0] = (first - coefficient * first) * window[0];
  for (long i = 1; i < count; i++)
    output[i] = ((samples[i] - mean) - coefficient * (samples[i - 1] - mean)) * window[i];
}
