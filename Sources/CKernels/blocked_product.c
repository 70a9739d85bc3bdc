#include "blocked.h"

// Products of blocked matrices: [blocks][rows][16], sixteen channels side by side. Two kinds of
// sums over the same tile of registers: `rows` numbers of the left, broadcast, by `vectors` vectors
// of the right.
//
// `rowStride` and `step` say where the left's numbers lie: a sum over channels goes through the
// sixteen of a block, rows 16 apart; a sum over rows goes from row to row, channels 1 apart.
INLINE void multiply_tile(const int rows, const int vectors, const long rowStride, const long step,
                          const long blocks, const long steps, const float *left,
                          const long leftBlock, const float *right, const long rightBlock,
                          float *output, const long outputBlock, const int accumulates) {
  Lanes sums[8][2];
  UNROLLED for (int r = 0; r < rows; r++)
      UNROLLED for (int p = 0; p < vectors; p++) sums[r][p] =
          accumulates ? lanes(output + p * outputBlock + r * 16) : (Lanes){};
  for (long b = 0; b < blocks; b++) {
    const float *from = left + b * leftBlock;
#define STEP                                                                                   \
  {                                                                                            \
    Lanes factor[2];                                                                           \
    UNROLLED for (int p = 0; p < vectors; p++) factor[p] = lanes(right + p * rightBlock);      \
    UNROLLED for (int r = 0; r < rows; r++) {                                                  \
      const Lanes value = splat(from[r * rowStride]);                                          \
      UNROLLED for (int p = 0; p < vectors; p++) sums[r][p] += value * factor[p];              \
    }                                                                                          \
    from += step;                                                                              \
    right += 16;                                                                               \
  }
    long left_over = steps;
    for (; left_over >= 4; left_over -= 4) { STEP STEP STEP STEP }
    for (; left_over > 0; left_over--) STEP
#undef STEP
  }
  UNROLLED for (int r = 0; r < rows; r++)
      UNROLLED for (int p = 0; p < vectors; p++)
          *(Lanes *)(output + p * outputBlock + r * 16) = sums[r][p];
}

// The sum over channels: output[k][t] = sum over c of left[c][t] * weights[k][c].
#define FORWARD_ROWS(rows, vectors)                                                            \
  multiply_tile(rows, vectors, 16, 1, inputBlocks, 16, left + t * 16, leftBlock,               \
                weights + k * weightsBlock, weightsBlock, output + k * outputBlock + t * 16,   \
                outputBlock, accumulates)

#define PRODUCT_BODY(tileRows, tileBlocks)                                                     \
  long k = 0;                                                                                  \
  for (; k + tileBlocks <= outputBlocks; k += tileBlocks) {                                    \
    long t = 0;                                                                                \
    for (; t + tileRows <= rows; t += tileRows) FORWARD_ROWS(tileRows, tileBlocks);            \
    for (; t < rows; t++) FORWARD_ROWS(1, tileBlocks);                                         \
  }                                                                                            \
  for (; k < outputBlocks; k++) {                                                              \
    long t = 0;                                                                                \
    for (; t + tileRows <= rows; t += tileRows) FORWARD_ROWS(tileRows, 1);                     \
    for (; t < rows; t++) FORWARD_ROWS(1, 1);                                                  \
  }

#define PRODUCT_ARGUMENTS                                                                      \
  const float *left, long leftBlock, long rows, long inputBlocks, const float *weights,        \
      long weightsBlock, long outputBlocks, float *output, long outputBlock, int accumulates

// The sum over rows: output[k][c] = sum over t of left[c][t] * right[k][t].
#define GRADIENT_ROWS(rows, vectors)                                                           \
  multiply_tile(rows, vectors, 1, 16, 1, rowCount, left + c * leftBlock + r, 0,                \
                right + k * rightBlock, rightBlock,                                            \
                output + k * outputBlock + (c * 16 + r) * 16, outputBlock, accumulates)

#define GRADIENT_BODY(tileRows, tileBlocks)                                                    \
  long k = 0;                                                                                  \
  for (; k + tileBlocks <= outputBlocks; k += tileBlocks)                                      \
    for (long c = 0; c < inputBlocks; c++)                                                     \
      for (long r = 0; r < 16; r += tileRows) GRADIENT_ROWS(tileRows, tileBlocks);             \
  for (; k < outputBlocks; k++)                                                                \
    for (long c = 0; c < inputBlocks; c++)                                                     \
      for (long r = 0; r < 16; r += tileRows) GRADIENT_ROWS(tileRows, 1);

#define GRADIENT_ARGUMENTS                                                                     \
  const float *left, long leftBlock, long rowCount, long inputBlocks, const float *right,      \
      long rightBlock, long outputBlocks, float *output, long outputBlock, int accumulates

// Tiles by the count of registers: 8 x 2 of AVX-512's 32, 4 x 1 (of two halves each) of AVX2's 16.
#if defined(__x86_64__)
VERSION_4 static void product_v4(PRODUCT_ARGUMENTS) { PRODUCT_BODY(8, 2) }
VERSION_3 static void product_v3(PRODUCT_ARGUMENTS) { PRODUCT_BODY(4, 1) }
VERSION_4 static void gradient_v4(GRADIENT_ARGUMENTS) { GRADIENT_BODY(8, 2) }
VERSION_3 static void gradient_v3(GRADIENT_ARGUMENTS) { GRADIENT_BODY(4, 1) }
#endif
static void product_v1(PRODUCT_ARGUMENTS) { PRODUCT_BODY(2, 1) }
static void gradient_v1(GRADIENT_ARGUMENTS) { GRADIENT_BODY(2, 1) }

void lathe_blocked_product(const float *left, long leftBlock, long rows, long inputBlocks,
                           const float *weights, long weightsBlock, long outputBlocks,
                           float *output, long outputBlock, int accumulates) {
  DISPATCH(product, left, leftBlock, rows, inputBlocks, weights, weightsBlock, outputBlocks, output,
           outputBlock, accumulates);
}

void lathe_blocked_gradient(const float *left, long leftBlock, long rows, long inputBlocks,
                            const float *right, long rightBlock, long outputBlocks, float *output,
                            long outputBlock, int accumulates) {
  DISPATCH(gradient, left, leftBlock, rows, inputBlocks, right, rightBlock, outputBlocks, output,
           outputBlock, accumulates);
}
