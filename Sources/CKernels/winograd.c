#include "blocked.h"
#include "transpose.h"

// Winograd's minimal filtering F(m x m, 3 x 3) for m = 2 and 4, with the matrices of Lavin and Gray
// (2016): Y = A^T [(G g G^T) (.) (B^T d B)] A over tiles of m x m outputs and n = m + 2 inputs a
// side.
enum { MOST = 6 };

// x -> B^T x.
INLINE void to_points(const int m, const Lanes *x, Lanes *v) {
  if (m == 2) {
    v[0] = x[0] - x[2];
    v[1] = x[1] + x[2];
    v[2] = x[2] - x[1];
    v[3] = x[1] - x[3];
  } else {
    const Lanes even = x[4] - 4 * x[2], odd = x[3] - 4 * x[1];
    const Lanes near = x[4] - x[2], far = 2 * (x[3] - x[1]);
    v[0] = 4 * x[0] - 5 * x[2] + x[4];
    v[1] = even + odd;
    v[2] = even - odd;
    v[3] = near + far;
    v[4] = near - far;
    v[5] = 4 * x[1] - 5 * x[3] + x[5];
  }
}

// v -> A^T v.
INLINE void from_points(const int m, const Lanes *v, Lanes *y) {
  if (m == 2) {
    y[0] = v[0] + v[1] + v[2];
    y[1] = v[1] - v[2] - v[3];
  } else {
    const Lanes sum = v[1] + v[2], difference = v[1] - v[2];
    const Lanes sum2 = v[3] + v[4], difference2 = v[3] - v[4];
    y[0] = v[0] + sum + sum2;
    y[1] = difference + 2 * difference2;
    y[2] = sum + 4 * sum2;
    y[3] = difference + 8 * difference2 + v[5];
  }
}

// y -> A y, the adjoint of the above.
INLINE void gradient_to_points(const int m, const Lanes *y, Lanes *v) {
  if (m == 2) {
    v[0] = y[0];
    v[1] = y[0] + y[1];
    v[2] = y[0] - y[1];
    v[3] = -y[1];
  } else {
    const Lanes even = y[0] + y[2], odd = y[1] + y[3];
    const Lanes even2 = y[0] + 4 * y[2], odd2 = 2 * y[1] + 8 * y[3];
    v[0] = y[0];
    v[1] = even + odd;
    v[2] = even - odd;
    v[3] = even2 + odd2;
    v[4] = even2 - odd2;
    v[5] = y[3];
  }
}

// g -> G g.
INLINE void weights_to_points(const int m, const Lanes *g, Lanes *u) {
  if (m == 2) {
    const Lanes outer = 0.5f * (g[0] + g[2]), inner = 0.5f * g[1];
    u[0] = g[0];
    u[1] = outer + inner;
    u[2] = outer - inner;
    u[3] = g[2];
  } else {
    const Lanes near = (-1 / 6.0f) * (g[0] + g[2]), inner = (-1 / 6.0f) * g[1];
    const Lanes far = (1 / 24.0f) * g[0] + (1 / 6.0f) * g[2], inner2 = (1 / 12.0f) * g[1];
    u[0] = 0.25f * g[0];
    u[1] = near + inner;
    u[2] = near - inner;
    u[3] = far + inner2;
    u[4] = far - inner2;
    u[5] = g[2];
  }
}

// u -> G^T u, the adjoint of the above.
INLINE void weight_gradient_from_points(const int m, const Lanes *u, Lanes *g) {
  if (m == 2) {
    const Lanes half = 0.5f * (u[1] + u[2]);
    g[0] = u[0] + half;
    g[1] = 0.5f * (u[1] - u[2]);
    g[2] = u[3] + half;
  } else {
    const Lanes near = (-1 / 6.0f) * (u[1] + u[2]), far = u[3] + u[4];
    g[0] = 0.25f * u[0] + near + (1 / 24.0f) * far;
    g[1] = (-1 / 6.0f) * (u[1] - u[2]) + (1 / 12.0f) * (u[3] - u[4]);
    g[2] = near + (1 / 6.0f) * far + u[5];
  }
}

// One tile of one block of channels, whose first input is at (y, x); outside of the plane lie
// zeros.
INLINE void input_tile(const int m, const int isInside, const float *plane, long height, long width,
                       long y, long x, float *points, long pointStride) {
  const int n = m + 2;
  Lanes half[MOST][MOST];
  UNROLLED for (int c = 0; c < n; c++) {
    Lanes column[MOST], v[MOST];
    UNROLLED for (int r = 0; r < n; r++) {
      if (isInside ||
          ((unsigned long)(y + r) < (unsigned long)height && (unsigned long)(x + c) < (unsigned long)width))
        column[r] = lanes(plane + ((y + r) * width + x + c) * 16);
      else
        column[r] = (Lanes){};
    }
    to_points(m, column, v);
    UNROLLED for (int r = 0; r < n; r++) half[r][c] = v[r];
  }
  UNROLLED for (int r = 0; r < n; r++) {
    Lanes v[MOST];
    to_points(m, half[r], v);
    UNROLLED for (int c = 0; c < n; c++)
        *(Lanes *)(points + (r * n + c) * pointStride) = v[c];
  }
}

INLINE void input_tiles(const int m, const float *input, long blocks, long height, long width,
                        float *points, long pointStride, long blockStride) {
  const long down = (height + m - 1) / m, across = (width + m - 1) / m;
  for (long b = 0; b < blocks; b++) {
    const float *plane = input + b * height * width * 16;
    float *out = points + b * blockStride;
    for (long i = 0; i < down; i++) {
      const long y = i * m - 1;
      const int isInside = y >= 0 && y + m + 2 <= height;
      for (long j = 0; j < across; j++, out += 16) {
        const long x = j * m - 1;
        if (isInside && x >= 0 && x + m + 2 <= width)
          input_tile(m, 1, plane, height, width, y, x, out, pointStride);
        else
          input_tile(m, 0, plane, height, width, y, x, out, pointStride);
      }
    }
  }
}

INLINE void gradient_tiles(const int m, const float *gradient, long blocks, long height, long width,
                           float *points, long pointStride, long blockStride) {
  const long down = (height + m - 1) / m, across = (width + m - 1) / m;
  const int n = m + 2;
  for (long b = 0; b < blocks; b++) {
    const float *plane = gradient + b * height * width * 16;
    float *out = points + b * blockStride;
    for (long i = 0; i < down; i++)
      for (long j = 0; j < across; j++, out += 16) {
        Lanes half[MOST][MOST];
        UNROLLED for (int c = 0; c < m; c++) {
          Lanes column[MOST], v[MOST];
          UNROLLED for (int r = 0; r < m; r++) {
            const long y = i * m + r, x = j * m + c;
            if (y < height && x < width)
              column[r] = lanes(plane + (y * width + x) * 16);
            else
              column[r] = (Lanes){};
          }
          gradient_to_points(m, column, v);
          UNROLLED for (int r = 0; r < n; r++) half[r][c] = v[r];
        }
        UNROLLED for (int r = 0; r < n; r++) {
          Lanes v[MOST];
          gradient_to_points(m, half[r], v);
          UNROLLED for (int c = 0; c < n; c++)
              *(Lanes *)(out + (r * n + c) * pointStride) = v[c];
        }
      }
  }
}

INLINE void output_tiles(const int m, const float *points, long pointStride, long blockStride,
                         const float *bias, long blocks, long height, long width, float *output) {
  const long down = (height + m - 1) / m, across = (width + m - 1) / m;
  const int n = m + 2;
  for (long b = 0; b < blocks; b++) {
    const float *in = points + b * blockStride;
    float *plane = output + b * height * width * 16;
    const Lanes start = bias ? lanes(bias + b * 16) : (Lanes){};
    for (long i = 0; i < down; i++)
      for (long j = 0; j < across; j++, in += 16) {
        Lanes half[MOST][MOST];
        UNROLLED for (int c = 0; c < n; c++) {
          Lanes column[MOST], y[MOST];
          UNROLLED for (int r = 0; r < n; r++) column[r] = lanes(in + (r * n + c) * pointStride);
          from_points(m, column, y);
          UNROLLED for (int r = 0; r < m; r++) half[r][c] = y[r];
        }
        UNROLLED for (int r = 0; r < m; r++) {
          Lanes y[MOST];
          from_points(m, half[r], y);
          if (i * m + r < height) {
            float *row = plane + ((i * m + r) * width + j * m) * 16;
            UNROLLED for (int c = 0; c < m; c++)
                if (j * m + c < width) *(Lanes *)(row + c * 16) = y[c] + start;
          }
        }
      }
  }
}

DISPATCHED
void lathe_winograd_input(int tile, const float *input, long blocks, long height, long width,
                          float *points, long pointStride, long blockStride) {
  if (tile == 2)
    input_tiles(2, input, blocks, height, width, points, pointStride, blockStride);
  else
    input_tiles(4, input, blocks, height, width, points, pointStride, blockStride);
}

DISPATCHED
void lathe_winograd_gradient(int tile, const float *gradient, long blocks, long height, long width,
                             float *points, long pointStride, long blockStride) {
  if (tile == 2)
    gradient_tiles(2, gradient, blocks, height, width, points, pointStride, blockStride);
  else
    gradient_tiles(4, gradient, blocks, height, width, points, pointStride, blockStride);
}

DISPATCHED
void lathe_winograd_output(int tile, const float *points, long pointStride, long blockStride,
                           const float *bias, long blocks, long height, long width, float *output) {
  if (tile == 2)
    output_tiles(2, points, pointStride, blockStride, bias, blocks, height, width, output);
  else
    output_tiles(4, points, pointStride, blockStride, bias, blocks, height, width, output);
}

// G g G^T of sixteen filters whose nine taps are nine vectors.
INLINE void store_weight_points(const int m, const Lanes taps[9], float *points, long pointStride) {
  const int n = m + 2;
  Lanes half[MOST][3];
  UNROLLED for (int c = 0; c < 3; c++) {
    const Lanes column[3] = {taps[c], taps[3 + c], taps[6 + c]};
    Lanes u[MOST];
    weights_to_points(m, column, u);
    UNROLLED for (int r = 0; r < n; r++) half[r][c] = u[r];
  }
  UNROLLED for (int r = 0; r < n; r++) {
    Lanes u[MOST];
    weights_to_points(m, half[r], u);
    UNROLLED for (int c = 0; c < n; c++) *(Lanes *)(points + (r * n + c) * pointStride) = u[c];
  }
}

// Rows of up to sixteen filters, each of `count` numbers, as `count` vectors.
INLINE void rows_to_vectors(const float *rows, long stride, long filters, long count, float *vectors) {
  for (long i = 0; i < count; i += 16) {
    Lanes v[16];
    const long columns = count - i < 16 ? count - i : 16;
    UNROLLED for (int r = 0; r < 16; r++) {
      v[r] = (Lanes){};
      if (r < filters) {
        if (columns == 16)
          v[r] = lanes(rows + r * stride + i);
        else
          for (long c = 0; c < columns; c++) v[r][c] = rows[r * stride + i + c];
      }
    }
    transpose16(v);
    UNROLLED for (int c = 0; c < 16; c++)
        if (c < columns) *(Lanes *)(vectors + (i + c) * 16) = v[c];
  }
}

INLINE void weight_points(const int m, const float *weights, long inputs, long outputs, long first,
                          long blocks, float *points) {
  const long padded = (inputs + 15) / 16 * 16, pointStride = blocks * padded * 16;
  float buffer[144 * 16] __attribute__((aligned(64)));
  for (long p = 0; p < blocks; p++) {
    const long k = (first + p) * 16, filters = outputs - k < 16 ? outputs - k : 16;
    float *block = points + p * padded * 16;
    for (long c = 0; c < padded; c += 16) {
      const long channels = inputs - c < 16 ? inputs - c : 16;
      rows_to_vectors(weights + (k * inputs + c) * 9, inputs * 9, filters, channels * 9, buffer);
      for (long i = 0; i < 16; i++) {
        Lanes taps[9];
        UNROLLED for (int t = 0; t < 9; t++) taps[t] =
            i < channels ? lanes(buffer + (i * 9 + t) * 16) : (Lanes){};
        store_weight_points(m, taps, block + (c + i) * 16, pointStride);
      }
    }
  }
}

// The same of the filters that take gradients back: inputs and outputs exchanged, turned by half a
// turn.
INLINE void turned_weight_points(const int m, const float *weights, long inputs, long outputs,
                                 long first, long blocks, float *points) {
  const long padded = (outputs + 15) / 16 * 16, pointStride = blocks * padded * 16;
  float buffer[16 * 16] __attribute__((aligned(64)));
  for (long p = 0; p < blocks; p++) {
    const long c = (first + p) * 16, channels = inputs - c < 16 ? inputs - c : 16;
    float *block = points + p * padded * 16;
    for (long k = 0; k < padded; k++) {
      Lanes taps[9] = {};
      if (k < outputs) {
        rows_to_vectors(weights + (k * inputs + c) * 9, 9, channels, 9, buffer);
        UNROLLED for (int t = 0; t < 9; t++) taps[t] = lanes(buffer + (8 - t) * 16);
      }
      store_weight_points(m, taps, block + k * 16, pointStride);
    }
  }
}

DISPATCHED
void lathe_winograd_weights(int tile, const float *weights, long inputs, long outputs, long first,
                            long blocks, int turned, float *points) {
  if (tile == 2) {
    if (turned)
      turned_weight_points(2, weights, inputs, outputs, first, blocks, points);
    else
      weight_points(2, weights, inputs, outputs, first, blocks, points);
  } else {
    if (turned)
      turned_weight_points(4, weights, inputs, outputs, first, blocks, points);
    else
      weight_points(4, weights, inputs, outputs, first, blocks, points);
  }
}

INLINE void weight_gradient(const int m, const float *points, long parts, long partStride, long inputs,
                            long outputs, long first, long blocks, float *gradient) {
  const int n = m + 2;
  const long padded = (inputs + 15) / 16 * 16, pointStride = blocks * padded * 16;
  float buffer[144 * 16] __attribute__((aligned(64)));
  for (long p = 0; p < blocks; p++) {
    const long k = (first + p) * 16, filters = outputs - k < 16 ? outputs - k : 16;
    for (long c = 0; c < inputs; c += 16) {
      const long channels = inputs - c < 16 ? inputs - c : 16;
      for (long i = 0; i < channels; i++) {
        const float *from = points + (p * padded + c + i) * 16;
        Lanes half[3][MOST];
        UNROLLED for (int x = 0; x < n; x++) {
          Lanes column[MOST], g[3];
          UNROLLED for (int y = 0; y < n; y++) {
            const float *point = from + (y * n + x) * pointStride;
            column[y] = lanes(point);
            for (long q = 1; q < parts; q++) column[y] += lanes(point + q * partStride);
          }
          weight_gradient_from_points(m, column, g);
          UNROLLED for (int y = 0; y < 3; y++) half[y][x] = g[y];
        }
        UNROLLED for (int y = 0; y < 3; y++) {
          Lanes g[3];
          weight_gradient_from_points(m, half[y], g);
          UNROLLED for (int x = 0; x < 3; x++)
              *(Lanes *)(buffer + (i * 9 + y * 3 + x) * 16) = g[x];
        }
      }
      for (long t = 0; t < channels * 9; t += 16) {
        Lanes v[16];
        UNROLLED for (int r = 0; r < 16; r++) v[r] = lanes(buffer + (t + r) * 16);
        transpose16(v);
        const long columns = channels * 9 - t < 16 ? channels * 9 - t : 16;
        UNROLLED for (int r = 0; r < 16; r++) {
          float *row = gradient + ((k + r) * inputs + c) * 9 + t;
          if (r < filters) {
            if (columns == 16)
              *(Lanes *)row = v[r];
            else
              for (long j = 0; j < columns; j++) row[j] = v[r][j];
          }
        }
      }
    }
  }
}

DISPATCHED
void lathe_winograd_weight_gradient(int tile, const float *points, long parts, long partStride,
                                    long inputs, long outputs, long first, long blocks,
                                    float *gradient) {
  if (tile == 2)
    weight_gradient(2, points, parts, partStride, inputs, outputs, first, blocks, gradient);
  else
    weight_gradient(4, points, parts, partStride, inputs, outputs, first, blocks, gradient);
}
