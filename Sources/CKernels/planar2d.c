#include "blocked.h"

// Planar inputs, few channels one after the other, padded with zeros: each tap is a number that
// meets vectors of sixteen outputs.

INLINE void planar_tile(const int positions, const int vectors, const long step,
                        const LathePlane *plane, const float *image, const float *weights,
                        const float *bias, long channels, float *output) {
  const long width = plane->width, height = plane->height, taps = plane->kernel;
  const long weightsBlock = channels * taps * taps * 16;
  const long outputBlock = plane->outputHeight * plane->outputWidth * 16;
  Lanes sums[8][2];
  UNROLLED for (int r = 0; r < positions; r++)
      UNROLLED for (int p = 0; p < vectors; p++) sums[r][p] = bias ? lanes(bias + p * 16) : (Lanes){};
  for (long c = 0; c < channels; c++)
    for (long i = 0; i < taps; i++) {
      const float *from = image + (c * height + i) * width;
      for (long j = 0; j < taps; j++, weights += 16) {
        Lanes factor[2];
        UNROLLED for (int p = 0; p < vectors; p++) factor[p] = lanes(weights + p * weightsBlock);
        UNROLLED for (int r = 0; r < positions; r++) {
          const Lanes value = splat(from[j + r * step]);
          UNROLLED for (int p = 0; p < vectors; p++) sums[r][p] += value * factor[p];
        }
      }
    }
  UNROLLED for (int r = 0; r < positions; r++)
      UNROLLED for (int p = 0; p < vectors; p++)
          *(Lanes *)(output + p * outputBlock + r * 16) = sums[r][p];
}

INLINE void planar_rows(const int tile, const int vectors, const long step, const LathePlane *plane,
                        const float *image, const float *weights, const float *bias, long channels,
                        float *output) {
  for (long y = 0; y < plane->outputHeight; y++)
    for (long x = 0; x < plane->outputWidth;) {
      // The last tile of a row is moved back over what was done already.
      const long left = plane->outputWidth - x;
      if (left < tile && plane->outputWidth >= tile) x = plane->outputWidth - tile;
      const float *from = image + y * step * plane->width + x * step;
      float *to = output + (y * plane->outputWidth + x) * 16;
      if (plane->outputWidth >= tile) {
        planar_tile(tile, vectors, step, plane, from, weights, bias, channels, to);
        x += tile;
      } else {
        planar_tile(1, vectors, step, plane, from, weights, bias, channels, to);
        x++;
      }
    }
}

#define PLANAR_BODY(tile, most)                                                                \
  const long weightsBlock = channels * plane->kernel * plane->kernel * 16;                     \
  const long outputBlock = plane->outputHeight * plane->outputWidth * 16;                      \
  long b = 0;                                                                                  \
  for (; b + most <= blocks; b += most) PLANAR_STEPS(tile, most)                               \
  for (; b < blocks; b++) PLANAR_STEPS(tile, 1)
#define PLANAR_STEPS(tile, vectors)                                                            \
  {                                                                                            \
    const float *shift = bias ? bias + b * 16 : 0;                                             \
    if (plane->stride == 2)                                                                    \
      planar_rows(tile, vectors, 2, plane, image, weights + b * weightsBlock, shift, channels, \
                  output + b * outputBlock);                                                   \
    else if (plane->stride == 1)                                                               \
      planar_rows(tile, vectors, 1, plane, image, weights + b * weightsBlock, shift, channels, \
                  output + b * outputBlock);                                                   \
    else                                                                                       \
      planar_rows(1, vectors, plane->stride, plane, image, weights + b * weightsBlock, shift,  \
                  channels, output + b * outputBlock);                                         \
  }
#define PLANAR_ARGUMENTS                                                                       \
  const LathePlane *plane, const float *image, const float *weights, const float *bias,        \
      long channels, long blocks, float *output

// One row of taps of two blocks of outputs: all positions go by under sums that stay in registers.
INLINE void planar_gradient_tile(const int taps, const int vectors, const LathePlane *plane,
                                 const float *image, const float *gradient, float *sums) {
  const long block = plane->outputHeight * plane->outputWidth * 16;
  const long weightsBlock = plane->channels * plane->kernel * plane->kernel * 16;
  Lanes sum[8][2];
  UNROLLED for (int t = 0; t < taps; t++)
      UNROLLED for (int p = 0; p < vectors; p++) sum[t][p] = lanes(sums + p * weightsBlock + t * 16);
  for (long y = 0; y < plane->outputHeight; y++) {
    const float *from = image + y * plane->stride * plane->width;
    for (long x = 0; x < plane->outputWidth; x++, from += plane->stride, gradient += 16) {
      Lanes factor[2];
      UNROLLED for (int p = 0; p < vectors; p++) factor[p] = lanes(gradient + p * block);
      UNROLLED for (int t = 0; t < taps; t++) {
        const Lanes value = splat(from[t]);
        UNROLLED for (int p = 0; p < vectors; p++) sum[t][p] += value * factor[p];
      }
    }
  }
  UNROLLED for (int t = 0; t < taps; t++)
      UNROLLED for (int p = 0; p < vectors; p++) *(Lanes *)(sums + p * weightsBlock + t * 16) = sum[t][p];
}

INLINE void planar_gradient_blocks(const int vectors, const LathePlane *plane, const float *image,
                                   const float *gradient, float *sums) {
  const long taps = plane->kernel;
  for (long c = 0; c < plane->channels; c++)
    for (long i = 0; i < taps; i++) {
      const float *from = image + (c * plane->height + i) * plane->width;
      float *to = sums + (c * taps + i) * taps * 16;
      if (taps == 7)
        planar_gradient_tile(7, vectors, plane, from, gradient, to);
      else if (taps == 5)
        planar_gradient_tile(5, vectors, plane, from, gradient, to);
      else if (taps == 3)
        planar_gradient_tile(3, vectors, plane, from, gradient, to);
      else
        for (long t = 0; t < taps; t++)
          planar_gradient_tile(1, vectors, plane, from + t, gradient, to + t * 16);
    }
}

#define PLANAR_GRADIENT_BODY(most)                                                             \
  const long weightsBlock = plane->channels * plane->kernel * plane->kernel * 16;              \
  const long block = plane->outputHeight * plane->outputWidth * 16;                            \
  long b = 0;                                                                                  \
  for (; b + most <= blocks; b += most)                                                        \
    planar_gradient_blocks(most, plane, image, gradient + b * block, sums + b * weightsBlock); \
  for (; b < blocks; b++)                                                                      \
    planar_gradient_blocks(1, plane, image, gradient + b * block, sums + b * weightsBlock);
#define PLANAR_GRADIENT_ARGUMENTS                                                              \
  const LathePlane *plane, const float *image, const float *gradient, long blocks, float *sums

#if defined(__x86_64__)
VERSION_4 static void planar_v4(PLANAR_ARGUMENTS) { PLANAR_BODY(8, 2) }
VERSION_3 static void planar_v3(PLANAR_ARGUMENTS) { PLANAR_BODY(4, 1) }
VERSION_4 static void planar_gradient_v4(PLANAR_GRADIENT_ARGUMENTS) { PLANAR_GRADIENT_BODY(2) }
VERSION_3 static void planar_gradient_v3(PLANAR_GRADIENT_ARGUMENTS) { PLANAR_GRADIENT_BODY(1) }
#endif
static void planar_v1(PLANAR_ARGUMENTS) { PLANAR_BODY(2, 1) }
static void planar_gradient_v1(PLANAR_GRADIENT_ARGUMENTS) { PLANAR_GRADIENT_BODY(1) }

void lathe_planar_convolution(const LathePlane *plane, const float *image, const float *weights,
                              const float *bias, long blocks, float *output) {
  DISPATCH(planar, plane, image, weights, bias, plane->channels, blocks, output);
}

void lathe_planar_gradient(const LathePlane *plane, const float *image, const float *gradient,
                           long blocks, float *sums) {
  DISPATCH(planar_gradient, plane, image, gradient, blocks, sums);
}
