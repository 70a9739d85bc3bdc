// Fourier transforms of frames side by side. Included once for each precision and instruction set, with
//   Number     float or double
//   LANES      how many frames a vector holds
//   VERSION    the attribute of the instruction set
//   FUSES      where it has fused products
//   NAMED(n)   n with what tells the inclusions apart

#include "transform_parts.h"

// Vectors of one group of lanes in the scratch memory. Rows have one more place than they need, so
// that columns do not all lie in the same lines of the caches.
INLINE long NAMED(group)(long columns, long rows) { return 2 * (columns + 1) * rows; }

// Column b, every `rows`-th pair of samples, of `count` frames: transforms what the source holds, windowed,
// and turns what comes out by the angle of b times its frequency.
INLINE void NAMED(column)(const int first, const long rows, const long b, const long count,
                          Source source, const Number *window, const Number *tables,
                          Number *scratch) {
  const long columns = 4 * first;
  const Vector one = (Vector){0} + tables[2 * columns * rows];
  const Number *turns = tables + 2 * b * columns;
  source.window = window + 2 * b;
  source.windowStep = 2 * rows;
  for (long lane = 0; lane < count; lane += LANES, source.block += LANES) {
    Vector *output = (Vector *)scratch + lane / LANES * NAMED(group)(columns, rows) + 2 * b * (columns + 1);
    Vector xr[4 * 8], xi[4 * 8];
    NAMED(parts)(first, 0, &source, one, xr, xi);
    UNROLLED for (int a = 0; a < first; a++) {
      Vector re[4], im[4];
      NAMED(fourth)(0, one, xr, xi, a, re, im);
      UNROLLED for (int c = 0; c < 4; c++) {
        const int k = a + first * c;
        output[2 * k] = re[c] * turns[2 * k] + im[c] * turns[2 * k + 1];
        output[2 * k + 1] = im[c] * turns[2 * k] - re[c] * turns[2 * k + 1];
      }
    }
  }
}

#ifdef FROM_SAMPLES
// All columns of frames as they lie in a signal, eight columns at a time, so that what is transposed stays
// in the nearest cache. Meanwhile what comes next is brought near. `period` is that of the source.
INLINE void NAMED(columns)(const int first, const long rows, const int period,
                           const float *samples, long hop, long count, const float *next,
                           const Number *window, const Number *tables, Number *scratch) {
  const Overlap overlap = overlap_of(hop, count, 4 * first, 2 * rows);
  Number block[OVERLAP_NUMBERS] __attribute__((aligned(64)));
  for (long b = 0; b < rows; b += 8) {
    for (long a = 0; a < overlap.period; a++)
      frames_to_rows(samples + 2 * (a * rows + b), hop, &overlap, a, block);
    for (long c = 0; c < 8; c++) {
      const Source source = {.block = block + 2 * c * overlap.stride,
                             .places = overlap.places,
                             .next = overlap.stride,
                             .period = period};
      if (next) bring_near(next, hop, b + c, rows);
      NAMED(column)(first, rows, b + c, count, source, window, tables, scratch);
    }
  }
}

VERSION
static void NAMED(transform_frames)(const float *samples, long hop, long count,
                                    const float *next, const Number *window, const Number *tables,
                                    long half, Number *scratch) {
  // Shifts pay for themselves where a vector fills a line: there what is not shifted lies across two.
#define COLUMNS(first, rows, period) \
  NAMED(columns)(first, rows, period, samples, hop, count, next, window, tables, scratch)
  const int quarters = sizeof(Vector) == 64 && 2 * hop == half;
  if (half == 256) quarters ? COLUMNS(4, 16, 4) : COLUMNS(4, 16, 0);
  if (half == 512) quarters ? COLUMNS(4, 32, 4) : COLUMNS(4, 32, 0);
  if (half == 1024) quarters ? COLUMNS(8, 32, 8) : COLUMNS(8, 32, 0);
#undef COLUMNS
}
#else
// All columns of a block whose rows lie as `lathe_transform_row` says.
INLINE void NAMED(columns)(const int first, const long rows, const float *block,
                           const Number *window, const Number *tables, Number *scratch) {
  long places[32];
  for (long a = 0; a < 4 * first; a++) places[a] = a * (2 * rows + 2) * LATHE_BLOCK_FRAMES;
  for (long b = 0; b < rows; b++) {
    const Source source = {.block = block + 2 * b * LATHE_BLOCK_FRAMES,
                           .places = places,
                           .next = LATHE_BLOCK_FRAMES};
    NAMED(column)(first, rows, b, LATHE_BLOCK_FRAMES, source, window, tables, scratch);
  }
}

VERSION
static void NAMED(transform_block)(const float *block, const Number *window, const Number *tables,
                                   long half, Number *scratch) {
  if (half == 256) NAMED(columns)(4, 16, block, window, tables, scratch);
  if (half == 512) NAMED(columns)(4, 32, block, window, tables, scratch);
  if (half == 1024) NAMED(columns)(8, 32, block, window, tables, scratch);
}
#endif

// Where the spectra of frames go: power, and the magnitudes of the first `magnitudes` frequencies, as
// `lathe_spectrum_of_half` rounds them.
typedef struct {
  float *power, *magnitude;
  long magnitudes;
} NAMED(Target);

// Puts re + i im at frequency k.
INLINE void NAMED(put)(const NAMED(Target) *target, long k, Vector re, Vector im) {
  if (target->power)
    *(Floats *)(target->power + k * LATHE_BLOCK_FRAMES) =
        __builtin_convertvector(FUSED(re, re, im * im), Floats);
  if (target->magnitude && k < target->magnitudes) {
    const Floats r = __builtin_convertvector(re, Floats);
    const Floats i = __builtin_convertvector(im, Floats);
    *(Floats *)(target->magnitude + k * LATHE_BLOCK_FRAMES) = ABSOLUTE(Floats, r, i);
  }
}

// Puts the spectrum of the samples at frequencies k and half - k: z is half the transform of their pairs at k,
// w at half - k. See `lathe_power_of_half`; the factor of a half is in the tables.
INLINE void NAMED(split)(const NAMED(Target) *target, const Vector one, const Number *splits,
                         long half, long k, Vector zr, Vector zi, Vector wr, Vector wi) {
  const Number *by = splits + 4 * k;
  const Vector er = zr + wr, ei = zi - wi, dr = zr - wr, di = FUSED_SUM(zi, wi);
  const Vector tr = FUSED(di, NAMED(all)(by[0]), -(dr * by[1]));
  const Vector ti = -FUSED(dr, NAMED(all)(by[3]), di * by[2]);
  NAMED(put)(target, k, er + tr, ei + ti);
  NAMED(put)(target, half - k, er - tr, ei - ti);
}

// Splits fourths `b` of one row's parts and `other` of another's, the other frequencies of the same pairs. The
// first row's frequencies begin at a.
INLINE void NAMED(pairs)(const int first, const long columns, const long a, const int b,
                         const int other, const Vector *xr, const Vector *xi, const Vector *yr,
                         const Vector *yi, const Vector one, const Number *splits,
                         const NAMED(Target) *target) {
  Vector zr[4], zi[4], wr[4], wi[4];
  NAMED(fourth)(1, one, xr, xi, b, zr, zi);
  NAMED(fourth)(1, one, yr, yi, other, wr, wi);
  UNROLLED for (int c = 0; c < 4; c++)
    NAMED(split)(target, one, splits, 4 * first * columns, a + columns * (b + first * c), zr[c],
                 zi[c], wr[3 - c], wi[3 - c]);
}

// Row a of those that the columns have left together with row columns - a, which holds the other
// frequency of each pair: what is transformed is split before it is ever stored.
INLINE void NAMED(two_rows)(const int first, const long columns, const long a, const Vector *values,
                            const Number *splits, const NAMED(Target) *target) {
  const Vector one = (Vector){0} + splits[0];
  Vector xr[4 * 8], xi[4 * 8], yr[4 * 8], yi[4 * 8];
  Source source = {.values = values + 2 * a, .step = columns + 1};
  NAMED(parts)(first, 1, &source, one, xr, xi);
  source.values = values + 2 * (columns - a);
  NAMED(parts)(first, 1, &source, one, yr, yi);
  for (int b = 0; b < first; b++)
    NAMED(pairs)(first, columns, a, b, first - 1 - b, xr, xi, yr, yi, one, splits, target);
}

// The middle row, which holds both frequencies of its pairs.
INLINE void NAMED(middle_row)(const int first, const long columns, const Vector *values,
                              const Number *splits, const NAMED(Target) *target) {
  const Vector one = (Vector){0} + splits[0];
  Vector xr[4 * 8], xi[4 * 8];
  const Source source = {.values = values + columns, .step = columns + 1};
  NAMED(parts)(first, 1, &source, one, xr, xi);
  for (int b = 0; b < first / 2; b++)
    NAMED(pairs)(first, columns, columns / 2, b, first - 1 - b, xr, xi, xr, xi, one, splits, target);
}

// The first row, which holds both frequencies of its pairs.
INLINE void NAMED(first_row)(const int first, const long columns, const Vector *values,
                             const Number *splits, const NAMED(Target) *target) {
  const long half = 4 * first * columns;
  const Vector one = (Vector){0} + splits[0];
  const Source source = {.values = values, .step = columns + 1};
  Vector xr[4 * 8], xi[4 * 8], re[4], im[4];
  NAMED(parts)(first, 1, &source, one, xr, xi);
  for (int b = 1; b < first / 2; b++)
    NAMED(pairs)(first, columns, 0, b, first - b, xr, xi, xr, xi, one, splits, target);
  NAMED(fourth)(1, one, xr, xi, first / 2, re, im);
  UNROLLED for (int c = 0; c < 2; c++)
    NAMED(split)(target, one, splits, half, columns * (first / 2 + first * c), re[c], im[c],
                 re[3 - c], im[3 - c]);
  NAMED(fourth)(1, one, xr, xi, 0, re, im);
  NAMED(put)(target, 0, (re[0] + im[0]) * 2, (Vector){0});
  NAMED(put)(target, half, (re[0] - im[0]) * 2, (Vector){0});
  UNROLLED for (int c = 1; c < 3; c++)
    NAMED(split)(target, one, splits, half, columns * first * c, re[c], im[c], re[4 - c], im[4 - c]);
}

// Transforms the rows that the columns have left, and takes the spectra of the samples.
INLINE void NAMED(rows)(const int first, const long columns, const long count,
                        const Number *scratch, const Number *splits, float *power, float *magnitude,
                        const long magnitudes) {
  for (long lane = 0; lane < count; lane += LANES) {
    const Vector *values = (const Vector *)scratch + lane / LANES * NAMED(group)(columns, 4 * first);
    const NAMED(Target) target = {power ? power + lane : 0, magnitude ? magnitude + lane : 0,
                                  magnitudes};
    NAMED(first_row)(first, columns, values, splits, &target);
    for (long a = 1; a < columns / 2; a++)
      NAMED(two_rows)(first, columns, a, values, splits, &target);
    NAMED(middle_row)(first, columns, values, splits, &target);
  }
}

INLINE void NAMED(any_rows)(const Number *scratch, const Number *splits, long half, long count,
                            float *power, float *magnitude, long magnitudes) {
  if (half == 256) NAMED(rows)(4, 16, count, scratch, splits, power, magnitude, magnitudes);
  if (half == 512) NAMED(rows)(8, 16, count, scratch, splits, power, magnitude, magnitudes);
  if (half == 1024) NAMED(rows)(8, 32, count, scratch, splits, power, magnitude, magnitudes);
}

VERSION
static void NAMED(transform_powers)(const Number *scratch, const Number *tables, long half,
                                    long count, float *power) {
  NAMED(any_rows)(scratch, tables + 2 * half, half, count, power, 0, 0);
}

#ifdef FROM_SAMPLES
VERSION
static void NAMED(transform_magnitudes)(const Number *scratch, const Number *tables, long half,
                                        long count, float *magnitude) {
  NAMED(any_rows)(scratch, tables + 2 * half, half, count, 0, magnitude, half + 1);
}

VERSION
static void NAMED(transform_both)(const Number *scratch, const Number *tables, long half, long count,
                                  float *power, float *magnitude, long magnitudes) {
  NAMED(any_rows)(scratch, tables + 2 * half, half, count, power, magnitude, magnitudes);
}
#endif

#undef FUSED
#undef FUSED_SUM
#undef Vector
#undef Loose
#undef Floats
#undef Source
