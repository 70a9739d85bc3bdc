// Fourier transforms of frames side by side. Included once for each precision and instruction set, with
//   Number     float or double
//   LANES      how many frames a vector holds
//   VERSION    the attribute of the instruction set
//   NAMED(n)   n with what tells the inclusions apart

#define Vector NAMED(Vector)
#define Floats NAMED(Floats)
#define Source NAMED(Source)

typedef Number Vector __attribute__((vector_size(LANES * sizeof(Number))));
typedef float Floats __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

// Where the values of a short transform come from: pairs of neighbouring rows of a block, windowed, from
// `row` on, `rowStep` rows apart, in the window `windowStep` apart; or vectors, real and imaginary parts
// in turn, `step` numbers apart.
typedef struct {
  const float *block;
  const Number *window;
  long rowStep, windowStep;
  const Vector *values;
  long step;
} Source;

INLINE void NAMED(take)(const Source *source, int index, Vector *re, Vector *im) {
  if (source->block) {
    const float *rows = source->block + index * source->rowStep * LATHE_BLOCK_FRAMES;
    const Number *window = source->window + index * source->windowStep;
    *re = __builtin_convertvector(*(const Floats *)rows, Vector) * window[0];
    *im = __builtin_convertvector(*(const Floats *)(rows + LATHE_BLOCK_FRAMES), Vector) * window[1];
  } else {
    *re = source->values[2 * index * source->step];
    *im = source->values[2 * index * source->step + 1];
  }
}

// The transform of the values at a, b, c and d, in place.
INLINE void NAMED(four)(Vector *re, Vector *im, int a, int b, int c, int d) {
  const Vector sr = re[a] + re[c], si = im[a] + im[c], tr = re[a] - re[c], ti = im[a] - im[c];
  const Vector ur = re[b] + re[d], ui = im[b] + im[d], vr = re[b] - re[d], vi = im[b] - im[d];
  re[a] = sr + ur, im[a] = si + ui, re[c] = sr - ur, im[c] = si - ui;
  re[b] = tr + vi, im[b] = ti - vr, re[d] = tr - vi, im[d] = ti + vr;
}

INLINE void NAMED(eight)(Vector *re, Vector *im) {
  NAMED(four)(re, im, 0, 2, 4, 6);
  NAMED(four)(re, im, 1, 3, 5, 7);
  const Number half = (Number)0.70710678118654752440;
  const Vector r[4] = {re[1], (re[3] + im[3]) * half, im[5], (im[7] - re[7]) * half};
  const Vector i[4] = {im[1], (im[3] - re[3]) * half, -re[5], -(re[7] + im[7]) * half};
  const Vector er[4] = {re[0], re[2], re[4], re[6]}, ei[4] = {im[0], im[2], im[4], im[6]};
  UNROLLED for (int k = 0; k < 4; k++) {
    re[k] = er[k] + r[k], im[k] = ei[k] + i[k];
    re[k + 4] = er[k] - r[k], im[k + 4] = ei[k] - i[k];
  }
}

// The transform of 4 `first` values, first being 4 or 8, to output[2 k] and [2 k + 1], each multiplied by
// turns[2 k] - i turns[2 k + 1] where it is `turned`: a constant, since a test at each value costs a quarter
// of the time.
INLINE void NAMED(short_transform)(const int first, const Source *source, const int turned,
                                   const Number *turns, Vector *output) {
  Vector xr[4 * 8], xi[4 * 8];
  UNROLLED for (int b = 0; b < 4; b++) {
    Vector re[8], im[8];
    UNROLLED for (int a = 0; a < first; a++) NAMED(take)(source, 4 * a + b, &re[a], &im[a]);
    if (first == 8) NAMED(eight)(re, im);
    else NAMED(four)(re, im, 0, 1, 2, 3);
    UNROLLED for (int a = 0; a < first; a++) {
      const Number c = (Number)cosines32[a * b * 8 / first];
      const Number s = (Number)cosines32[(a * b * 8 / first + 24) % 32];
      xr[4 * a + b] = a * b ? re[a] * c + im[a] * s : re[a];
      xi[4 * a + b] = a * b ? im[a] * c - re[a] * s : im[a];
    }
  }
  UNROLLED for (int a = 0; a < first; a++) {
    NAMED(four)(xr + 4 * a, xi + 4 * a, 0, 1, 2, 3);
    UNROLLED for (int b = 0; b < 4; b++) {
      const Vector re = xr[4 * a + b], im = xi[4 * a + b];
      const int k = a + first * b;
      output[2 * k] = turned ? re * turns[2 * k] + im * turns[2 * k + 1] : re;
      output[2 * k + 1] = turned ? im * turns[2 * k] - re * turns[2 * k + 1] : im;
    }
  }
}

// Vectors of one group of lanes in the scratch memory. Rows have one more place than they need, so
// that columns do not all lie in the same lines of the caches.
INLINE long NAMED(group)(long columns, long rows) { return 2 * (columns + 1) * rows; }

// Column b, every `rows`-th pair of samples, whose windowed values are `source`: transforms it, and turns
// what comes out by the angle of b times its frequency.
INLINE void NAMED(column)(const int first, const long rows, const long b, const long count,
                          Source source, const Number *window, const Number *turns,
                          Number *scratch) {
  const long columns = 4 * first;
  source.window = window + 2 * b;
  source.windowStep = 2 * rows;
  for (long lane = 0; lane < count; lane += LANES, source.block += LANES)
    NAMED(short_transform)(first, &source, 1, turns + 2 * b * columns,
                           (Vector *)scratch + lane / LANES * NAMED(group)(columns, rows) +
                               2 * b * (columns + 1));
}

// All columns of a block whose rows lie as `lathe_transform_row` says.
INLINE void NAMED(columns)(const int first, const long rows, const float *block,
                           const Number *window, const Number *turns, Number *scratch) {
  for (long b = 0; b < rows; b++) {
    const Source source = {.block = block + 2 * b * LATHE_BLOCK_FRAMES, .rowStep = 2 * rows + 2};
    NAMED(column)(first, rows, b, LATHE_BLOCK_FRAMES, source, window, turns, scratch);
  }
}

#ifdef FROM_SAMPLES
// All columns of frames as they lie in a signal, eight columns at a time, so that what is transposed stays
// in the nearest cache.
INLINE void NAMED(columns_of_frames)(const int first, const long rows, const float *samples, long hop,
                                     long count, const Number *window, const Number *turns,
                                     Number *scratch) {
  const long columns = 4 * first;
  float block[32 * 16 * LATHE_BLOCK_FRAMES] __attribute__((aligned(64)));
  for (long b = 0; b < rows; b += 8) {
    for (long a = 0; a < columns; a++)
      frames_to_rows(samples, hop, count, 2 * (a * rows + b), 2 * rows, block, a);
    for (long c = 0; c < 8; c++) {
      const Source source = {.block = block + 2 * c * LATHE_BLOCK_FRAMES, .rowStep = 16};
      NAMED(column)(first, rows, b + c, count, source, window, turns, scratch);
    }
  }
}

VERSION
static void NAMED(transform_frames)(const float *samples, long hop, long count,
                                    const Number *window, const Number *tables, long half,
                                    Number *scratch) {
  if (half == 256) NAMED(columns_of_frames)(4, 16, samples, hop, count, window, tables, scratch);
  if (half == 512) NAMED(columns_of_frames)(4, 32, samples, hop, count, window, tables, scratch);
  if (half == 1024) NAMED(columns_of_frames)(8, 32, samples, hop, count, window, tables, scratch);
}
#else
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

// Puts twice re + i im at frequency k.
INLINE void NAMED(put)(const NAMED(Target) *target, long k, Vector re, Vector im) {
  if (target->power)
    *(Floats *)(target->power + k * LATHE_BLOCK_FRAMES) =
        __builtin_convertvector((re * re + im * im) * (Number)0.25, Floats);
  if (target->magnitude && k < target->magnitudes) {
    const Floats r = __builtin_convertvector(re * (Number)0.5, Floats);
    const Floats i = __builtin_convertvector(im * (Number)0.5, Floats);
    *(Floats *)(target->magnitude + k * LATHE_BLOCK_FRAMES) = ABSOLUTE(Floats, r, i);
  }
}

// Transforms the rows that the columns have left, and takes the spectrum of the samples from frequencies
// k and half - k, which lie in rows a and columns - a. See `lathe_power_of_half`.
INLINE void NAMED(rows)(const int first, const long columns, const long count,
                        const Number *scratch, const Number *splits, float *power, float *magnitude,
                        const long magnitudes) {
  const long rows = 4 * first, half = columns * rows;
  for (long a = 0; a <= columns / 2; a++)
    for (long lane = 0; lane < count; lane += LANES) {
      const Vector *values = (const Vector *)scratch + lane / LANES * NAMED(group)(columns, rows);
      const NAMED(Target) target = {power ? power + lane : 0, magnitude ? magnitude + lane : 0,
                                    magnitudes};
      const long other = (columns - a) % columns;
      Vector lower[2 * 32], upper[2 * 32];
      Source source = {.values = values + 2 * a, .step = columns + 1};
      NAMED(short_transform)(first, &source, 0, 0, lower);
      const Vector *opposite = lower;
      if (other != a) {
        source.values = values + 2 * other;
        NAMED(short_transform)(first, &source, 0, 0, upper);
        opposite = upper;
      }
      long b = 0;
      if (a == 0) {
        const Vector sum = lower[0] + lower[1], difference = lower[0] - lower[1];
        NAMED(put)(&target, 0, sum * 2, (Vector){0});
        NAMED(put)(&target, half, difference * 2, (Vector){0});
        b = 1;
      }
      for (; b < rows; b++) {
        const long k = a + columns * b;
        if (other == a && k > half / 2) break;
        const Vector *z = lower + 2 * b, *w = opposite + 2 * (a == 0 ? rows - b : rows - 1 - b);
        const Number c = splits[2 * k], s = splits[2 * k + 1];
        const Vector er = z[0] + w[0], ei = z[1] - w[1], dr = z[0] - w[0], di = z[1] + w[1];
        const Vector tr = di * c - dr * s, ti = -(di * s) - dr * c;
        NAMED(put)(&target, k, er + tr, ei + ti);
        NAMED(put)(&target, half - k, er - tr, ei - ti);
      }
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

#undef Vector
#undef Floats
#undef Source
