#include "versions.h"

// How many frames and groups of sixteen columns a tile has: their sums stay in registers, and enough
// of them to hide how long a multiplication takes.
enum { FRAMES_V1 = 2, GROUPS_V1 = 1, FRAMES_V3 = 6, GROUPS_V3 = 1, FRAMES_V4 = 8, GROUPS_V4 = 2 };

INLINE void tile(const float *input, long hop, const float *matrix, long length, long columns,
                 float *output, const int frames, const int groups) {
  Float16Lanes sums[16] = {{0}};
  const float *rows[8];
  UNROLLED for (int f = 0; f < frames; f++) rows[f] = input + f * hop;
  for (long i = 0; i < length; i++) {
    Float16Lanes weights[2];
    UNROLLED for (int g = 0; g < groups; g++) weights[g] = lanes(matrix + i * columns + 16 * g);
    UNROLLED for (int f = 0; f < frames; f++)
      UNROLLED for (int g = 0; g < groups; g++)
        sums[f * groups + g] += rows[f][i] * weights[g];
  }
  UNROLLED for (int f = 0; f < frames; f++)
    UNROLLED for (int g = 0; g < groups; g++)
      *(Float16Lanes *)(output + f * columns + 16 * g) = sums[f * groups + g];
}

// One group of columns, or several, of all frames. The last tile may make frames again that the one
// before it made: they are the same to the last bit.
INLINE void stripe(const float *input, long hop, long count, const float *matrix, long length,
                   long columns, float *output, const int frames, const int groups) {
  if (count < frames) {
    for (long t = 0; t < count; t++)
      tile(input + t * hop, hop, matrix, length, columns, output + t * columns, 1, groups);
    return;
  }
  for (long t = 0; t < count; t += frames) {
    const long first = t + frames <= count ? t : count - frames;
    tile(input + first * hop, hop, matrix, length, columns, output + first * columns, frames, groups);
  }
}

#define KERNEL(version, target, frames, groups)                                               \
  target static void products_##version(const float *input, long hop, long count,             \
                                        const float *matrix, long length, long columns,       \
                                        float *output) {                                      \
    long c = 0;                                                                               \
    for (; c + 16 * groups <= columns; c += 16 * groups)                                      \
      stripe(input, hop, count, matrix + c, length, columns, output + c, frames, groups);     \
    for (; c < columns; c += 16)                                                              \
      stripe(input, hop, count, matrix + c, length, columns, output + c, frames, 1);          \
  }

KERNEL(v1, , FRAMES_V1, GROUPS_V1)
#if defined(__x86_64__)
KERNEL(v3, VERSION_3, FRAMES_V3, GROUPS_V3)
KERNEL(v4, VERSION_4, FRAMES_V4, GROUPS_V4)
#endif

void lathe_frame_products(const float *input, long hop, long count, const float *matrix, long length,
                          long columns, float *output) {
  DISPATCH(products, input, hop, count, matrix, length, columns, output);
}
