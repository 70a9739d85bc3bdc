#include "absolute.h"
#include "overlap.h"
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

// Vectors as wide as the registers are: twice as wide ones would not all fit.
#if defined(__x86_64__)
#define FUSES
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
#undef FUSES
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

long lathe_transform_tables(long half) { return 2 * half + 4 * (half + 1); }

long lathe_transform_scratch(long half) {
  const long columns = columns_of(half);
  return 2 * (columns + 1) * (half / columns) * LATHE_BLOCK_FRAMES;
}

// What columns turn by, with the half that the split of a spectrum takes; then what splits turn by, from 1 on,
// each number twice: of one that is used twice the compiler would fill a register, which takes a unit for
// arithmetic where numbers in memory take none.
void lathe_make_transform_tables(long half, double *tables) {
  const long columns = columns_of(half), rows = half / columns;
  for (long b = 0; b < rows; b++)
    for (long a = 0; a < columns; a++, tables += 2) {
      const double angle = 2 * M_PI * (double)(a * b) / (double)half;
      tables[0] = 0.5 * cos(angle);
      tables[1] = 0.5 * sin(angle);
    }
  for (long k = 0; k <= half; k++, tables += 4) {
    tables[0] = tables[3] = cos(M_PI * (double)k / (double)half);
    tables[1] = tables[2] = sin(M_PI * (double)k / (double)half);
  }
}

void lathe_transform_block(const float *block, const float *window, const float *tables, long half,
                           float *scratch) {
  DISPATCH(float_transform_block, block, window, tables, half, scratch);
}

void lathe_transform_frames(const float *samples, long hop, long count, const float *next,
                            const double *window, const double *tables, long half, double *scratch) {
  DISPATCH(double_transform_frames, samples, hop, count, next, window, tables, half, scratch);
}

// Lanes that a vector of silent frames would fill are not computed.
DISPATCHED
static void silence(long bins, long count, float *block) {
  const Int16Lanes lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const Int16Lanes kept = lanes < (Int16Lanes){0} + (int32_t)count;
  for (long k = 0; k < bins; k++) *(Int16Lanes *)(block + k * LATHE_BLOCK_FRAMES) &= kept;
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
  if (count == LATHE_BLOCK_FRAMES) return;
  if (power) silence(half + 1, count, power);
  if (magnitude) silence(magnitudes < half + 1 ? magnitudes : half + 1, count, magnitude);
}
