#include "CKernels.h"

void lathe_pack_convolution(const LatheFilters *filters, const float *weights, long block,
                            float *packed) {
  const long width = filters->inputs == 1 ? 1 : 16, segments = (filters->inputs + width - 1) / width;
  for (long segment = 0; segment < segments; segment++)
    for (long k = 0; k < filters->kernel; k++)
      for (long i = 0; i < width; i++)
        for (long c = 0; c < 16; c++) {
          const long output = 16 * block + c, input = segment * width + i;
          const int exists = output < filters->outputs && input < filters->inputs;
          *packed++ =
              exists ? weights[(output * filters->inputs + input) * filters->kernel + k] : 0;
        }
}

void lathe_unpack_convolution(const LatheFilters *filters, const float *packed, long block,
                              float *weights) {
  const long width = filters->inputs == 1 ? 1 : 16;
  for (long c = 0; c < 16 && 16 * block + c < filters->outputs; c++)
    for (long input = 0; input < filters->inputs; input++)
      for (long k = 0; k < filters->kernel; k++) {
        const long segment = input / width, i = input % width;
        *weights++ = packed[((segment * filters->kernel + k) * width + i) * 16 + c];
      }
}

void lathe_pack_input_gradient(const LatheFilters *filters, const float *weights, long block,
                               float *packed) {
  const long taps = (filters->kernel + filters->stride - 1) / filters->stride;
  const long segments = (filters->outputs + 15) / 16;
  const long phase = block % filters->stride, first = block / filters->stride * 16;
  for (long segment = 0; segment < segments; segment++)
    for (long tap = 0; tap < taps; tap++)
      for (long i = 0; i < 16; i++)
        for (long c = 0; c < 16; c++) {
          const long output = segment * 16 + i, input = first + c;
          const long k = (taps - 1 - tap) * filters->stride + phase;
          const int exists =
              output < filters->outputs && input < filters->inputs && k < filters->kernel;
          *packed++ =
              exists ? weights[(output * filters->inputs + input) * filters->kernel + k] : 0;
        }
}

void lathe_channels_to_blocks(const float *channels, long count, long positions, float *blocks) {
  for (long first = 0; first < count; first += 16, blocks += 16 * positions)
    for (long c = 0; c < 16; c++)
      for (long t = 0; t < positions; t++)
        blocks[16 * t + c] = first + c < count ? channels[(first + c) * positions + t] : 0;
}

void lathe_blocks_to_channels(const float *blocks, long count, long positions, float *channels) {
  for (long c = 0; c < count; c++)
    for (long t = 0; t < positions; t++)
      channels[c * positions + t] = blocks[c / 16 * 16 * positions + 16 * t + c % 16];
}
