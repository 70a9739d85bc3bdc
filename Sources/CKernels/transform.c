#include "absolute.h"
#include "transpose.h"
#include "versions.h"

#include <math.h>

// The real transform of 2 half samples is a complex one of half pairs, done as columns * rows = half
// in two steps (Gentleman and Sande, "Fast Fourier Transforms: for Fun and Profit", 1966), each short
// enough for the registers and the nearest cache. Frames lie side by side, so nothing is shuffled.

// cos(2 pi k / 32)
static const double cosines32[32] = {
    1.0, 0.98078528040323044913, 0.92387953251128675613, 0.83146961230254523708,
    0.70710678118654752440, 0.55557023301960222474, 0.38268343236508977173, 0.19509032201612826785,
    0.0, -0.19509032201612826785, -0.38268343236508977173, -0.55557023301960222474,
    -0.70710678118654752440, -0.83146961230254523708, -0.92387953251128675613,
    -0.98078528040323044913, -1.0, -0.98078528040323044913, -0.92387953251128675613,
    -0.83146961230254523708, -0.70710678118654752440, -0.55557023301960222474,
    -0.38268343236508977173, -0.19509032201612826785, 0.0, 0.19509032201612826785,
    0.38268343236508977173, 0.55557023301960222474, 0.70710678118654752440, 0.83146961230254523708,
    0.92387953251128675613, 0.98078528040323044913};

// Rows [16 a, 16 a + 16) of the block: samples n ... n + 15 of frames side by side, `step` samples after those
// of a - 1. Where the hop is so many steps, sample n of a frame is sample n - hop of the next, and stands
// in the block already, but for the last frame's.
INLINE void frames_to_rows(const float *samples, long hop, long count, long n, long step, float *block,
                           long a) {
  const Int16Lanes lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  Float16Lanes *rows = (Float16Lanes *)(block + a * 16 * LATHE_BLOCK_FRAMES);
  if (hop % step || a < hop / step) {
    Float16Lanes v[16];
    for (long f = 0; f < 16; f++)
      v[f] = f < count ? *(const Float16Lanes *)(samples + f * hop + n) : (Float16Lanes){0};
    transpose16(v);
    for (long c = 0; c < 16; c++) rows[c] = v[c];
    return;
  }
  const Float16Lanes *before = rows - hop / step * 16;
  const Int16Lanes earlier = lanes < (Int16Lanes){0} + (int32_t)(count - 1);
  const Int16Lanes last = lanes == (Int16Lanes){0} + (int32_t)(count - 1);
  const float *newest = samples + (count - 1) * hop + n;
  for (long c = 0; c < 16; c++) {
    const Float16Lanes v = before[c];
    const Float16Lanes shifted = __builtin_shufflevector(v, v, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
                                                         13, 14, 15, 0);
    const Float16Lanes sample = (Float16Lanes){0} + newest[c];
    rows[c] = (Float16Lanes)((earlier & (Int16Lanes)shifted) | (last & (Int16Lanes)sample));
  }
}

// Vectors as wide as the registers are: twice as wide ones would not all fit.
#if defined(__x86_64__)
#define VERSION VERSION_4
#define Number float
#define LANES 16
#define NAMED(name) float_##name##_v4
#include "transform_stages.h"
#undef Number
#undef LANES
#undef NAMED
#define Number double
#define FROM_SAMPLES
#define LANES 8
#define NAMED(name) double_##name##_v4
#include "transform_stages.h"
#undef FROM_SAMPLES
#undef Number
#undef LANES
#undef NAMED
#undef VERSION
#define VERSION VERSION_3
#define Number float
#define LANES 8
#define NAMED(name) float_##name##_v3
#include "transform_stages.h"
#undef Number
#undef LANES
#undef NAMED
#define Number double
#define FROM_SAMPLES
#define LANES 4
#define NAMED(name) double_##name##_v3
#include "transform_stages.h"
#undef FROM_SAMPLES
#undef Number
#undef LANES
#undef NAMED
#undef VERSION
#endif
#define VERSION
#define Number float
#define LANES 4
#define NAMED(name) float_##name##_v1
#include "transform_stages.h"
#undef Number
#undef LANES
#undef NAMED
#define Number double
#define FROM_SAMPLES
#define LANES 2
#define NAMED(name) double_##name##_v1
#include "transform_stages.h"
#undef FROM_SAMPLES
#undef Number
#undef LANES
#undef NAMED

// Of the two steps: how many columns; 0 where there is no such transform.
static long columns_of(long half) {
  return half == 256 || half == 512 ? 16 : half == 1024 ? 32 : 0;
}

long lathe_transform_rows(long half) {
  const long columns = columns_of(half);
  return columns ? 2 * half + 2 * columns : 0;
}

long lathe_transform_row(long half, long sample) {
  const long rows = half / columns_of(half);
  return sample + 2 * (sample / (2 * rows));
}

long lathe_transform_tables(long half) { return 2 * half + 2 * (half + 1); }

long lathe_transform_scratch(long half) {
  const long columns = columns_of(half);
  return 2 * (columns + 1) * (half / columns) * LATHE_BLOCK_FRAMES;
}

void lathe_make_transform_tables(long half, double *tables) {
  const long columns = columns_of(half), rows = half / columns;
  for (long b = 0; b < rows; b++)
    for (long a = 0; a < columns; a++, tables += 2) {
      const double angle = 2 * M_PI * (double)(a * b) / (double)half;
      tables[0] = cos(angle);
      tables[1] = sin(angle);
    }
  for (long k = 0; k <= half; k++, tables += 2) {
    tables[0] = cos(M_PI * (double)k / (double)half);
    tables[1] = sin(M_PI * (double)k / (double)half);
  }
}

void lathe_transform_block(const float *block, const float *window, const float *tables, long half,
                           float *scratch) {
  DISPATCH(float_transform_block, block, window, tables, half, scratch);
}

void lathe_transform_frames(const float *samples, long hop, long count, const double *window,
                            const double *tables, long half, double *scratch) {
  DISPATCH(double_transform_frames, samples, hop, count, window, tables, half, scratch);
}

// Lanes that a vector of silent frames would fill are not computed.
static void silence(long bins, long count, float *block) {
  if (!block || count == LATHE_BLOCK_FRAMES) return;
  for (long k = 0; k < bins; k++)
    memset(block + k * LATHE_BLOCK_FRAMES + count, 0, (size_t)(LATHE_BLOCK_FRAMES - count) * sizeof(float));
}

void lathe_transform_spectra(const float *scratch, const float *tables, long half, float *power) {
  DISPATCH(float_transform_powers, scratch, tables, half, LATHE_BLOCK_FRAMES, power);
}

void lathe_transform_spectra_double(const double *scratch, const double *tables, long half, long count,
                                    float *power, float *magnitude, long magnitudes) {
  if (!magnitude) DISPATCH(double_transform_powers, scratch, tables, half, count, power);
  else if (!power && magnitudes > half)
    DISPATCH(double_transform_magnitudes, scratch, tables, half, count, magnitude);
  else
    DISPATCH(double_transform_both, scratch, tables, half, count, power, magnitude, magnitudes);
  silence(half + 1, count, power);
  silence(magnitudes < half + 1 ? magnitudes : half + 1, count, magnitude);
}
