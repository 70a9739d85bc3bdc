#include "blocked.h"

#include <math.h>

typedef uint8_t Bytes __attribute__((vector_size(16), aligned(1)));

INLINE void max_pool(const int normalises, const float *input, const LathePlane *plane,
                     const float *scale, const float *shift, float *output, float *winners,
                     uint8_t *indices) {
  const LathePlane p = *plane;
  for (long b = 0; b < p.blocks; b++) {
    const float *from = input + b * p.height * p.width * 16;
    const Lanes factor = normalises ? lanes(scale + b * 16) : (Lanes){};
    const Lanes term = normalises ? lanes(shift + b * 16) : (Lanes){};
    for (long oy = 0; oy < p.outputHeight; oy++)
      for (long ox = 0; ox < p.outputWidth; ox++, output += 16, winners += 16, indices += 16) {
        Lanes best = splat(-INFINITY), winner = {};
        Mask index = {};
        for (long i = 0; i < p.kernel; i++) {
          const long y = oy * p.stride + i - p.padding;
          if (y < 0 || y >= p.height) continue;
          for (long j = 0; j < p.kernel; j++) {
            const long x = ox * p.stride + j - p.padding;
            if (x < 0 || x >= p.width) continue;
            const Lanes raw = lanes(from + (y * p.width + x) * 16);
            const Lanes value = normalises ? factor * raw + term : raw;
            // The first of equal ones stays, and a NaN wins for good.
            const Mask wins = (value > best) | (value != value);
            best = chosen(wins, value, best);
            if (normalises) winner = chosen(wins, raw, winner);
            index = (wins & (int32_t)(i * p.kernel + j)) | (~wins & index);
          }
        }
        if (normalises) {
          *(Lanes *)winners = winner;
          best = rectified(best);
        }
        *(Lanes *)output = best;
        if (indices) *(Bytes *)indices = __builtin_convertvector(index, Bytes);
      }
  }
}

DISPATCHED
void lathe_blocked_max_pool(const float *input, const LathePlane *plane, float *output,
                            uint8_t *indices) {
  max_pool(0, input, plane, 0, 0, output, output, indices);
}

DISPATCHED
void lathe_blocked_normalise_max_pool(const float *input, const LathePlane *plane,
                                      const float *scale, const float *shift, float *output,
                                      float *winners, uint8_t *indices) {
  max_pool(1, input, plane, scale, shift, output, winners, indices);
}

DISPATCHED
void lathe_blocked_max_pool_gradient(const float *gradient, const uint8_t *indices,
                                     const LathePlane *plane, float *output) {
  const LathePlane p = *plane;
  memset(output, 0, sizeof(float) * 16 * (size_t)(p.blocks * p.height * p.width));
  for (long b = 0; b < p.blocks; b++) {
    float *to = output + b * p.height * p.width * 16;
    for (long oy = 0; oy < p.outputHeight; oy++)
      for (long ox = 0; ox < p.outputWidth; ox++, gradient += 16, indices += 16) {
        const Lanes g = lanes(gradient);
        const Mask index = __builtin_convertvector(*(const Bytes *)indices, Mask);
        for (long i = 0; i < p.kernel; i++) {
          const long y = oy * p.stride + i - p.padding;
          if (y < 0 || y >= p.height) continue;
          for (long j = 0; j < p.kernel; j++) {
            const long x = ox * p.stride + j - p.padding;
            if (x < 0 || x >= p.width) continue;
            const Mask is = index == (int32_t)(i * p.kernel + j);
            *(Lanes *)(to + (y * p.width + x) * 16) += (Lanes)(is & (Mask)g);
          }
        }
      }
  }
}

DISPATCHED
void lathe_blocked_mean(const float *input, long blocks, long positions, float *output) {
  for (long b = 0; b < blocks; b++) {
    Lanes sum = {};
    for (long t = 0; t < positions; t++) sum += lanes(input + (b * positions + t) * 16);
    *(Lanes *)(output + b * 16) = sum * (1 / (float)positions);
  }
}

DISPATCHED
void lathe_blocked_maximum(const float *input, long blocks, long positions, float *output,
                           int32_t *indices) {
  for (long b = 0; b < blocks; b++) {
    Lanes best = splat(-INFINITY);
    Mask index = {};
    for (long t = 0; t < positions; t++) {
      const Lanes value = lanes(input + (b * positions + t) * 16);
      const Mask wins = (value > best) | (value != value);
      best = chosen(wins, value, best);
      index = (wins & (int32_t)t) | (~wins & index);
    }
    *(Lanes *)(output + b * 16) = best;
    *(Mask *)(indices + b * 16) = index;
  }
}

DISPATCHED
void lathe_blocked_pool_gradient(const float *mean, const float *maximum, const int32_t *indices,
                                 long blocks, long positions, float *output) {
  const float share = 1 / (float)positions;
  for (long b = 0; b < blocks; b++) {
    const Lanes m = mean ? lanes(mean + b * 16) * share : (Lanes){};
    const Lanes peak = maximum ? lanes(maximum + b * 16) : (Lanes){};
    const Mask index =
        maximum ? *(const Mask *)(indices + b * 16) : (Mask){} - 1;
    for (long t = 0; t < positions; t++)
      *(Lanes *)(output + (b * positions + t) * 16) =
          m + (Lanes)((index == (int32_t)t) & (Mask)peak);
  }
}
