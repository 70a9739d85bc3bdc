#include "CKernels.h"

#include <string.h>

void lathe_gather(const void *const *samples, long count, long elements, int kind, float *output) {
  const long bytes = elements * (long)sizeof(float);
  for (long i = 0; i < count; i++, output += elements) switch (kind) {
      case LATHE_GATHER_INT16:
        lathe_int16_to_float(samples[i], 1.0f / 32768, output, elements);
        break;
      case LATHE_GATHER_INT16 | LATHE_GATHER_STREAMING:
        lathe_int16_to_float_streaming(samples[i], 1.0f / 32768, output, elements);
        break;
      case LATHE_GATHER_FLOAT16:
        lathe_float16_to_float(samples[i], 1, output, elements);
        break;
      case LATHE_GATHER_FLOAT16 | LATHE_GATHER_STREAMING:
        lathe_float16_to_float_streaming(samples[i], output, elements);
        break;
      case LATHE_GATHER_STREAMING:
        lathe_copy_streaming(samples[i], output, bytes);
        break;
      default:
        memcpy(output, samples[i], (size_t)bytes);
    }
}
