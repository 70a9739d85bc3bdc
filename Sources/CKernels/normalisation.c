#include "dispatch.h"

// The mean comes as the sum of two floats: next to it the first difference is exact, so that
// nothing is lost where the mean is far larger than the deviation.
DISPATCHED
void lathe_normalise(const void *input, float mean, float rest, float inverse, float *output,
                     long count) {
  const UnalignedFloat *x = input;
  for (long i = 0; i < count; i++) output[i] = ((x[i] - mean) - rest) * inverse;
}

DISPATCHED
void lathe_normalise_int16(const int16_t *input, float scale, float mean, float rest, float inverse,
                           float *output, long count) {
  for (long i = 0; i < count; i++)
    output[i] = (((float)input[i] * scale - mean) - rest) * inverse;
}

DISPATCHED
void lathe_normalise_each(const void *input, const float *means, const float *rests,
                          const float *inverses, float *output, long count) {
  const UnalignedFloat *x = input;
  for (long i = 0; i < count; i++) output[i] = ((x[i] - means[i]) - rests[i]) * inverses[i];
}
