#include "dispatch.h"
#include "transpose.h"

INLINE Float16Lanes lanes_of(const float *block, long row) {
  return *(const Float16Lanes *)(block + row * LATHE_BLOCK_FRAMES);
}

// Bit f is set where lane f of a comparison holds.
INLINE uint32_t bits_of(Int16Lanes comparison) {
  typedef _Bool Mask __attribute__((ext_vector_type(16)));
  const Mask mask = __builtin_convertvector(comparison, Mask);
  uint16_t bits;
  memcpy(&bits, &mask, sizeof bits);
  return bits;
}

DISPATCHED
void lathe_rows_to_block(const float *rows, long stride, long columns, float *block) {
  for (long c = 0; c < columns; c += 16) {
    Float16Lanes v[16];
    UNROLLED for (int r = 0; r < 16; r++) v[r] = *(const Float16Lanes *)(rows + r * stride + c);
    transpose16(v);
    UNROLLED for (int r = 0; r < 16; r++) *(Float16Lanes *)(block + (c + r) * 16) = v[r];
  }
}

DISPATCHED
void lathe_block_to_rows(const float *block, long columns, float *rows, long stride) {
  for (long c = 0; c < columns; c += 16) {
    Float16Lanes v[16];
    UNROLLED for (int r = 0; r < 16; r++) v[r] = *(const Float16Lanes *)(block + (c + r) * 16);
    transpose16(v);
    UNROLLED for (int r = 0; r < 16; r++) *(Float16Lanes *)(rows + r * stride + c) = v[r];
  }
}

DISPATCHED
void lathe_squares(const float *input, float *output, long count) {
  for (long i = 0; i < count; i++) output[i] = input[i] * input[i];
}

DISPATCHED
void lathe_square_roots(const float *input, float *output, long count) {
  for (long i = 0; i < count; i += LATHE_BLOCK_FRAMES)
    *(Float16Lanes *)(output + i) =
        __builtin_elementwise_sqrt(*(const Float16Lanes *)(input + i));
}

DISPATCHED
void lathe_spectral_moments(const float *block, long bins, float share, double *moments,
                            int32_t *rolloff) {
  // Two halves of eight lanes in double; the running sum in float, bin after bin, as numpy.cumsum.
  Double8Lanes m0[2] = {{0}}, m1[2] = {{0}}, m2[2] = {{0}};
  Float16Lanes total = {0};
  for (long k = 0; k < bins; k++) {
    const float *row = block + k * LATHE_BLOCK_FRAMES;
    total += *(const Float16Lanes *)row;
    const double frequency = (double)k;
    UNROLLED for (int h = 0; h < 2; h++) {
      Double8Lanes x = __builtin_convertvector(*(const Float8Lanes *)(row + 8 * h), Double8Lanes);
      Double8Lanes kx = x * frequency;
      m0[h] += x;
      m1[h] += kx;
      m2[h] += kx * frequency;
    }
  }
  memcpy(moments, m0, sizeof m0);
  memcpy(moments + 16, m1, sizeof m1);
  memcpy(moments + 32, m2, sizeof m2);
  const Float16Lanes threshold = total * share;
  Float16Lanes running = {0};
  Int16Lanes below = {0};
  for (long k = 0; k < bins; k++) {
    running += *(const Float16Lanes *)(block + k * LATHE_BLOCK_FRAMES);
    below -= (running < threshold);  // a comparison is -1 where it holds
  }
  memcpy(rolloff, &below, sizeof below);
}

DISPATCHED
void lathe_filter_bank(const float *block, int squared, const int32_t *starts,
                       const int32_t *lengths, const float *weights, long filters, float *output,
                       long stride) {
  for (long m = 0; m < filters; m++) {
    const float *x = block + (long)starts[m] * LATHE_BLOCK_FRAMES;
    Float16Lanes sum = {0};
    if (squared) {
      for (long i = 0; i < lengths[m]; i++) {
        Float16Lanes v = *(const Float16Lanes *)(x + i * LATHE_BLOCK_FRAMES);
        sum += v * v * weights[i];
      }
    } else {
      for (long i = 0; i < lengths[m]; i++)
        sum += *(const Float16Lanes *)(x + i * LATHE_BLOCK_FRAMES) * weights[i];
    }
    weights += lengths[m];
    *(Float16Lanes *)(output + m * stride) = sum;
  }
}

// Pitch classes whose sums stay in registers.
enum { CLASSES = 12 };

DISPATCHED
void lathe_chroma(const float *block, int squared, long bins, const float *bank, long classes,
                  float *chroma) {
  long first = 0;
  for (; first + CLASSES <= classes; first += CLASSES) {
    Float16Lanes sums[CLASSES] = {{0}};
    for (long k = 0; k < bins; k++) {
      Float16Lanes power = *(const Float16Lanes *)(block + k * LATHE_BLOCK_FRAMES);
      if (squared) power *= power;
      const float *weights = bank + k * classes + first;
      UNROLLED for (int c = 0; c < CLASSES; c++) sums[c] += power * weights[c];
    }
    memcpy(chroma + first * LATHE_BLOCK_FRAMES, sums, sizeof sums);
  }
  for (; first < classes; first++) {
    Float16Lanes sum = {0};
    for (long k = 0; k < bins; k++) {
      Float16Lanes power = *(const Float16Lanes *)(block + k * LATHE_BLOCK_FRAMES);
      if (squared) power *= power;
      sum += power * bank[k * classes + first];
    }
    memcpy(chroma + first * LATHE_BLOCK_FRAMES, &sum, sizeof sum);
  }
}

// The largest of each lane's `bins` values, none of them negative. Four at a time, since each waits for the last.
INLINE Float16Lanes largest(const float *block, long bins) {
  Float16Lanes maxima[4] = {{0}};
  for (long k = 0; k < bins; k++)
    maxima[k % 4] = LARGER(lanes_of(block, k), maxima[k % 4]);
  return LARGER(LARGER(maxima[0], maxima[1]), LARGER(maxima[2], maxima[3]));
}

DISPATCHED
long lathe_spectral_peaks(const float *block, const float *power, long bins, long frames,
                          float share, long first, long last, float *below, float *at, float *above, int32_t *bin) {
  Float16Lanes maximum = largest(power ? power : block, bins);
  if (!power) maximum *= maximum;
  const Float16Lanes threshold = maximum * share;
  const uint32_t counted = (uint32_t)((1L << frames) - 1);
  Float16Lanes previous = lanes_of(block, first - 1), current = lanes_of(block, first);
  previous *= previous;
  current *= current;
  long found = 0;
  for (long k = first; k < last; k++) {
    Float16Lanes next = lanes_of(block, k + 1);
    next *= next;
    const Int16Lanes peaks = (current > threshold) & (current > previous) & (current >= next);
    for (uint32_t left = bits_of(peaks) & counted; left; left &= left - 1) {
      const int f = __builtin_ctz(left);
      below[found] = previous[f];
      at[found] = current[f];
      above[found] = next[f];
      bin[found] = (int32_t)k;
      found++;
    }
    previous = current;
    current = next;
  }
  return found;
}
