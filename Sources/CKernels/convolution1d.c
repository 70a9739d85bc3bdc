#include "versions.h"

// A row of the product is an output position, its inputs `span` floats of each segment; rows
// overlap. Rows are reached from every third one, at once or twice the stride on, which addresses
// of x86 express: so a tile of 14 rows needs five pointers whatever the stride.
enum { MOST_ROWS = 28, ROWS_A_POINTER = 3, MOST_POINTERS = (MOST_ROWS + 2) / 3 };

// One tile: `rows` positions by `blocks` blocks of sixteen channels, all in registers.
INLINE void convolve_tile(const int rows, const int blocks, const LatheConvolution *shape,
                          const float *input, const float *weights, const float *bias,
                          float *const *outputs) {
  const long stride = shape->rowStride, span = shape->span;
  const long blockWeights = shape->segments * span * 16;
  Float16Lanes sums[MOST_ROWS][2];
  UNROLLED for (int p = 0; p < blocks; p++) {
    const Float16Lanes start = bias ? lanes(bias + 16 * p) : (Float16Lanes){};
    UNROLLED for (int r = 0; r < rows; r++) sums[r][p] = start;
  }
  for (long segment = 0; segment < shape->segments; segment++) {
    const float *from[MOST_POINTERS];
    UNROLLED for (int g = 0; g * ROWS_A_POINTER < rows; g++) {
      from[g] = input + g * ROWS_A_POINTER * stride;
#if defined(__x86_64__)
      // Hides that the pointers are related, or each row would get one of its own and some no
      // register.
      __asm__("" : "+r"(from[g]));
#endif
    }
#define TAP(k)                                                                                 \
  {                                                                                            \
    Float16Lanes weight[2];                                                                           \
    UNROLLED for (int p = 0; p < blocks; p++)                                                  \
        weight[p] = lanes(weights + p * blockWeights + 16 * (k));                              \
    UNROLLED for (int r = 0; r < rows; r++) {                                                  \
      const float value = from[r / ROWS_A_POINTER][r % ROWS_A_POINTER * stride + (k)];         \
      UNROLLED for (int p = 0; p < blocks; p++) sums[r][p] += value * weight[p];               \
    }                                                                                          \
  }
    long left = span;
    for (; left >= 4; left -= 4) {
      TAP(0) TAP(1) TAP(2) TAP(3)
      UNROLLED for (int g = 0; g * ROWS_A_POINTER < rows; g++) from[g] += 4;
      weights += 64;
    }
    for (; left > 0; left--) {
      TAP(0)
      UNROLLED for (int g = 0; g * ROWS_A_POINTER < rows; g++) from[g]++;
      weights += 16;
    }
#undef TAP
    input += shape->segmentStride;
  }
  UNROLLED for (int p = 0; p < blocks; p++) {
    float *output = outputs[p];
    UNROLLED for (int r = 0; r < rows; r++)
        *(Float16Lanes *)(output + r * shape->outputRowStride) = sums[r][p];
  }
}

// `positions` in tiles as equal as they can be, none above `most` rows.
INLINE void convolve_blocks(const int blocks, const int most, const LatheConvolution *shape,
                            const float *input, const float *weights, const float *bias,
                            float *const *outputs) {
  const long tiles = (shape->positions + most - 1) / most;
  long position = 0;
  for (long tile = 0; tile < tiles; tile++) {
    const long rows = (shape->positions - position) / (tiles - tile);
    const float *from = input + position * shape->rowStride;
    float *to[2] = {outputs[0] + position * shape->outputRowStride,
                    outputs[1] + position * shape->outputRowStride};
#define ROWS(n)                                                                                \
  case n:                                                                                      \
    if (n <= most) convolve_tile(n, blocks, shape, from, weights, bias, to);                   \
    break;
    switch (rows) {
      ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) ROWS(7) ROWS(8) ROWS(9) ROWS(10) ROWS(11)
      ROWS(12) ROWS(13) ROWS(14)
    }
#undef ROWS
    position += rows;
  }
}

// Blocks outermost, samples within: a block's weights stay near while the samples pass.
INLINE void convolve(const int width, const int most, const int mostOfOne,
                     const LatheConvolution *shape, const float *input, const float *weights,
                     const float *bias, float *output) {
  const long blockWeights = shape->segments * shape->span * 16;
  for (long block = 0; block < shape->blocks;) {
    const long count = width < shape->blocks - block ? width : shape->blocks - block;
    long places[2];
    for (long p = 0; p < 2; p++) {
      const long index = block + (p < count ? p : 0);
      places[p] = index / shape->phases * shape->outputBlockStride + index % shape->phases * 16;
    }
    const float *blockBias = bias ? bias + 16 * block : bias;
    for (long sample = 0; sample < shape->samples; sample++) {
      const float *from = input + sample * shape->sampleStride;
      float *to = output + sample * shape->outputSampleStride;
      float *outputs[2] = {to + places[0], to + places[1]};
      if (width == 2 && count == 2)
        convolve_blocks(2, most, shape, from, weights + block * blockWeights, blockBias, outputs);
      else
        convolve_blocks(1, mostOfOne, shape, from, weights + block * blockWeights, blockBias,
                        outputs);
    }
    block += count;
  }
}

// Registers: 32 of 16 lanes hold 14 rows by two blocks; 16 of 8 lanes hold 6 rows of one block; 16
// of 4 lanes (or 32 of NEON's) hold 3.
static void convolve_v1(const LatheConvolution *shape, const float *input,
                        const float *weights, const float *bias, float *output) {
  convolve(1, 3, 3, shape, input, weights, bias, output);
}

#if defined(__x86_64__)
VERSION_3 static void convolve_v3(const LatheConvolution *shape, const float *input,
                                  const float *weights, const float *bias, float *output) {
  convolve(1, 6, 6, shape, input, weights, bias, output);
}

VERSION_4 static void convolve_v4(const LatheConvolution *shape, const float *input,
                                  const float *weights, const float *bias, float *output) {
  convolve(2, 14, 14, shape, input, weights, bias, output);
}
#endif

void lathe_convolve(const LatheConvolution *shape, const float *input, const float *weights,
                    const float *bias, float *output) {
  DISPATCH(convolve, shape, input, weights, bias, output);
}
