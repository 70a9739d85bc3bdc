#include "versions.h"

enum { MOST_ROWS = 14 };

// Memory that is read soon, and how far each position goes through it.
typedef struct {
  const char *next;
  long step;
} Approach;

// One tile of the gradient: `rows` neighbouring inputs of the span by `blocks` blocks of sixteen
// channels, summed over all positions of all samples in registers.
INLINE void gradient_tile(const int rows, const int blocks, const LatheConvolution *shape,
                          const float *input, const float *gradient, float *weights,
                          Approach *approach) {
  const long blockWeights = shape->segments * shape->span * 16;
  Float16Lanes sums[MOST_ROWS][2];
  UNROLLED for (int p = 0; p < blocks; p++)
  UNROLLED for (int r = 0; r < rows; r++) sums[r][p] = lanes(weights + p * blockWeights + 16 * r);
  const char *soon = approach->next;
  const long step = approach->step;
  for (long sample = 0; sample < shape->samples; sample++) {
    const float *x = input + sample * shape->sampleStride;
    const float *g = gradient + sample * shape->outputSampleStride;
    const float *h = g + (blocks > 1 ? shape->outputBlockStride : 0);
    for (long position = 0; position < shape->positions; position++) {
      const Float16Lanes first = lanes(g), second = lanes(h);
      UNROLLED for (int r = 0; r < rows; r++) {
        sums[r][0] += x[r] * first;
        if (blocks > 1) sums[r][1] += x[r] * second;
      }
      __builtin_prefetch(soon);
      soon += step;
      x += shape->rowStride;
      g += 16;
      h += 16;
    }
  }
  approach->next = soon;
  UNROLLED for (int p = 0; p < blocks; p++)
  UNROLLED for (int r = 0; r < rows; r++)
      *(Float16Lanes *)(weights + p * blockWeights + 16 * r) = sums[r][p];
}

INLINE void gradient_blocks(const int blocks, const int most, const LatheConvolution *shape,
                            const float *input, const float *gradient, float *weights,
                            Approach *approach) {
  const long tiles = (shape->span + most - 1) / most;
  for (long segment = 0; segment < shape->segments; segment++) {
    long done = 0;
    for (long tile = 0; tile < tiles; tile++) {
      const long rows = (shape->span - done) / (tiles - tile);
      const float *from = input + segment * shape->segmentStride + done;
      float *to = weights + (segment * shape->span + done) * 16;
#define ROWS(n)                                                                                \
  case n:                                                                                      \
    if (n <= most) gradient_tile(n, blocks, shape, from, gradient, to, approach);              \
    break;
      switch (rows) {
        ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) ROWS(7) ROWS(8) ROWS(9) ROWS(10) ROWS(11)
        ROWS(12) ROWS(13) ROWS(14)
      }
#undef ROWS
      done += rows;
    }
  }
}

INLINE void add_gradient(const int width, const int most, const LatheConvolution *shape,
                         const float *input, const float *gradient, float *weights,
                         const float *soon, long count) {
  const long rounds = (shape->blocks + width - 1) / width * shape->segments *
                      ((shape->span + most - 1) / most) * shape->samples * shape->positions;
  // Where nothing is asked for, what is in the cache already is, which costs nothing.
  Approach approach = {(const char *)(soon ? soon : gradient),
                       soon ? count * (long)sizeof(float) / (rounds > 0 ? rounds : 1) : 0};
  const long blockWeights = shape->segments * shape->span * 16;
  for (long block = 0; block < shape->blocks;) {
    const float *from = gradient + block * shape->outputBlockStride;
    float *to = weights + block * blockWeights;
    if (width == 2 && shape->blocks - block >= 2) {
      gradient_blocks(2, most, shape, input, from, to, &approach);
      block += 2;
    } else {
      gradient_blocks(1, most, shape, input, from, to, &approach);
      block++;
    }
  }
}

static void add_gradient_v1(const LatheConvolution *shape, const float *input,
                            const float *gradient, float *weights, const float *soon,
                            long count) {
  add_gradient(1, 3, shape, input, gradient, weights, soon, count);
}

#if defined(__x86_64__)
VERSION_3 static void add_gradient_v3(const LatheConvolution *shape, const float *input,
                                      const float *gradient, float *weights, const float *soon,
                                      long count) {
  add_gradient(1, 6, shape, input, gradient, weights, soon, count);
}

VERSION_4 static void add_gradient_v4(const LatheConvolution *shape, const float *input,
                                      const float *gradient, float *weights, const float *soon,
                                      long count) {
  add_gradient(2, 14, shape, input, gradient, weights, soon, count);
}
#endif

void lathe_convolution_add_gradient(const LatheConvolution *shape, const float *input,
                                    const float *gradient, float *weights, const float *soon,
                                    long count) {
  DISPATCH(add_gradient, shape, input, gradient, weights, soon, count);
}
