#include "blocked.h"
#include "transpose.h"

// Any kernel, stride and padding as a product over columns: [taps * blocks][rows][16], where row t
// of tap (i, j) is the input that output t meets there.

DISPATCHED
void lathe_blocked_columns(const float *input, const LathePlane *plane, float *columns, long row,
                           long rows) {
  const LathePlane p = *plane;
  for (long i = 0; i < p.kernel; i++)
    for (long j = 0; j < p.kernel; j++)
      for (long b = 0; b < p.blocks; b++) {
        float *out = columns + (((i * p.kernel + j) * p.blocks + b) * rows + row) * 16;
        const float *from = input + b * p.height * p.width * 16;
        for (long oy = 0; oy < p.outputHeight; oy++) {
          const long y = oy * p.stride + i - p.padding;
          for (long ox = 0; ox < p.outputWidth; ox++, out += 16) {
            const long x = ox * p.stride + j - p.padding;
            const int isInside = y >= 0 && y < p.height && x >= 0 && x < p.width;
            *(Lanes *)out = isInside ? lanes(from + (y * p.width + x) * 16) : (Lanes){};
          }
        }
      }
}

DISPATCHED
void lathe_blocked_columns_gradient(const float *columns, long row, long rows,
                                    const LathePlane *plane, float *gradient) {
  const LathePlane p = *plane;
  memset(gradient, 0, sizeof(float) * 16 * (size_t)(p.blocks * p.height * p.width));
  for (long b = 0; b < p.blocks; b++) {
    float *to = gradient + b * p.height * p.width * 16;
    for (long i = 0; i < p.kernel; i++)
      for (long j = 0; j < p.kernel; j++) {
        const float *in = columns + (((i * p.kernel + j) * p.blocks + b) * rows + row) * 16;
        for (long oy = 0; oy < p.outputHeight; oy++) {
          const long y = oy * p.stride + i - p.padding;
          for (long ox = 0; ox < p.outputWidth; ox++, in += 16) {
            const long x = ox * p.stride + j - p.padding;
            if (y >= 0 && y < p.height && x >= 0 && x < p.width)
              *(Lanes *)(to + (y * p.width + x) * 16) += lanes(in);
          }
        }
      }
  }
}

// Weights: sixteen filters' rows of `inputs` * taps numbers against blocks [tap][channel][16].

DISPATCHED
void lathe_blocked_weights(const float *weights, long inputs, long outputs, long taps, long first,
                           long blocks, float *packed) {
  const long padded = (inputs + 15) / 16 * 16;
  memset(packed, 0, sizeof(float) * 16 * (size_t)(blocks * taps * padded));
  for (long p = 0; p < blocks; p++) {
    const long k = (first + p) * 16, filters = outputs - k < 16 ? outputs - k : 16;
    float *block = packed + p * taps * padded * 16;
    for (long n = 0; n < inputs * taps; n += 16) {
      const long columns = inputs * taps - n < 16 ? inputs * taps - n : 16;
      Lanes v[16] = {};
      for (long r = 0; r < filters; r++) {
        const float *row = weights + (k + r) * inputs * taps + n;
        if (columns == 16)
          v[r] = lanes(row);
        else
          for (long c = 0; c < columns; c++) v[r][c] = row[c];
      }
      transpose16(v);
      for (long c = 0; c < columns; c++)
        *(Lanes *)(block + ((n + c) % taps * padded + (n + c) / taps) * 16) = v[c];
    }
  }
}

DISPATCHED
void lathe_blocked_weights_turned(const float *packed, long inputBlocks, long taps, long outputBlocks,
                                  long first, long count, float *turned) {
  // Squares of 16 x 16: packed [output block][tap, input block][16 inputs][16 outputs]
  // becomes [tap, input block][output block][16 outputs][16 inputs].
  for (long n = first; n < first + count; n++)
    for (long p = 0; p < outputBlocks; p++) {
      const float *from = packed + (p * taps * inputBlocks + n) * 256;
      float *to = turned + (n * outputBlocks + p) * 256;
      Lanes v[16];
      UNROLLED for (int r = 0; r < 16; r++) v[r] = lanes(from + r * 16);
      transpose16(v);
      UNROLLED for (int r = 0; r < 16; r++) *(Lanes *)(to + r * 16) = v[r];
    }
}

DISPATCHED
void lathe_blocked_weight_gradient(const float *packed, long parts, long partStride, long inputs,
                                   long outputs, long taps, long first, long blocks,
                                   float *gradient) {
  const long padded = (inputs + 15) / 16 * 16;
  for (long p = 0; p < blocks; p++) {
    const long k = (first + p) * 16, filters = outputs - k < 16 ? outputs - k : 16;
    const float *block = packed + (first + p) * taps * padded * 16;
    for (long n = 0; n < inputs * taps; n += 16) {
      const long columns = inputs * taps - n < 16 ? inputs * taps - n : 16;
      Lanes v[16] = {};
      for (long c = 0; c < columns; c++) {
        const float *from = block + ((n + c) % taps * padded + (n + c) / taps) * 16;
        v[c] = lanes(from);
        for (long q = 1; q < parts; q++) v[c] += lanes(from + q * partStride);
      }
      transpose16(v);
      for (long r = 0; r < filters; r++) {
        float *row = gradient + (k + r) * inputs * taps + n;
        if (columns == 16)
          *(Lanes *)row = v[r];
        else
          for (long c = 0; c < columns; c++) row[c] = v[r][c];
      }
    }
  }
}
