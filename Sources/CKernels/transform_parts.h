// Short Fourier transforms of frames side by side, in two steps. Included by transform_stages.h, which see.

#define Vector NAMED(Vector)
#define Loose NAMED(Loose)
#define Floats NAMED(Floats)
#define Source NAMED(Source)

typedef Number Vector __attribute__((vector_size(LANES * sizeof(Number))));
typedef Number Loose __attribute__((vector_size(LANES * sizeof(Number)), aligned(sizeof(Number))));
typedef float Floats __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

// Where the values of a short transform come from: samples of frames side by side, the first of pair i at
// block[places[i]] and the second `next` numbers on, windowed, in the window `windowStep` apart; or vectors,
// real and imaginary parts in turn, `step` numbers apart. Where a hop of `period` pairs is said, pair
// i + period of a frame is pair i of the next.
typedef struct {
  const Number *block;
  const long *places;
  long next;
  int period;
  const Number *window;
  long windowStep;
  const Vector *values;
  long step;
} Source;

// Numbers `shift` ... of a row, taken from two vectors that begin where the row does: those that shifts
// share are read once, and none lies across two lines of the cache.
INLINE Vector NAMED(shifted)(const Number *row, int shift) {
  Number both[2 * LANES];
  Vector taken;
  memcpy(both, row, sizeof both);
  UNROLLED for (int lane = 0; lane < LANES; lane++) taken[lane] = both[lane + shift];
  return taken;
}

INLINE void NAMED(take)(const Source *source, int index, Vector *re, Vector *im) {
  if (!source->block) {
    *re = source->values[2 * index * source->step];
    *im = source->values[2 * index * source->step + 1];
    return;
  }
  const Number *window = source->window + index * source->windowStep;
  if (source->period) {
    const Number *row = source->block + source->places[index % source->period];
    *re = NAMED(shifted)(row, index / source->period) * window[0];
    *im = NAMED(shifted)(row + source->next, index / source->period) * window[1];
  } else {
    const Number *pair = source->block + source->places[index];
    *re = *(const Loose *)pair * window[0];
    *im = *(const Loose *)(pair + source->next) * window[1];
  }
}

// The number in all lanes.
INLINE Vector NAMED(all)(Number number) {
  Vector vector;
  UNROLLED for (int lane = 0; lane < LANES; lane++) vector[lane] = number;
  return vector;
}

// There are more sums than products here, and processors have units for either. x * 1 + y is the same sum, to
// the last bit, and fused it is done where products are: so is half of what a transform that is `shared` out
// adds. The one is read from the tables: of one that it knows the compiler makes a sum again. FUSED is for sums of
// products of which the compiler rounded now this one, now that: what it rounds is in the last bit.
#ifdef FUSES
#define FUSED(x, y, z) __builtin_elementwise_fma(x, y, z)
#define FUSED_SUM(x, y) FUSED(x, one, y)
#else
#define FUSED(x, y, z) ((x) * (y) + (z))
#define FUSED_SUM(x, y) ((x) + (y))
#endif
#define SUM(x, y) (shared ? FUSED_SUM(x, y) : (x) + (y))
#define DIFFERENCE(x, y) (shared ? FUSED_SUM(x, -(y)) : (x) - (y))

// The transform of the values at a, b, c and d, in place.
INLINE void NAMED(four)(const int shared, const Vector one, Vector *re, Vector *im, int a, int b,
                        int c, int d) {
  const Vector sr = SUM(re[a], re[c]), tr = DIFFERENCE(re[a], re[c]);
  const Vector si = im[a] + im[c], ti = im[a] - im[c];
  const Vector ui = SUM(im[b], im[d]), vi = DIFFERENCE(im[b], im[d]);
  const Vector ur = re[b] + re[d], vr = re[b] - re[d];
  re[a] = SUM(sr, ur), im[a] = si + ui, re[c] = DIFFERENCE(sr, ur), im[c] = si - ui;
  re[b] = SUM(tr, vi), im[b] = ti - vr, re[d] = DIFFERENCE(tr, vi), im[d] = ti + vr;
}

#undef SUM
#undef DIFFERENCE

// With a half or all of the first sums `shared` out.
INLINE void NAMED(eight)(const int shared, const Vector one, Vector *re, Vector *im) {
  NAMED(four)(1, one, re, im, 0, 2, 4, 6);
  NAMED(four)(shared, one, re, im, 1, 3, 5, 7);
  const Number half = (Number)0.70710678118654752440;
  const Vector r[4] = {re[1], (re[3] + im[3]) * half, im[5], (im[7] - re[7]) * half};
  const Vector i[4] = {im[1], (im[3] - re[3]) * half, -re[5], -(re[7] + im[7]) * half};
  const Vector er[4] = {re[0], re[2], re[4], re[6]}, ei[4] = {im[0], im[2], im[4], im[6]};
  UNROLLED for (int k = 0; k < 4; k++) {
    re[k] = er[k] + r[k], im[k] = ei[k] + i[k];
    re[k + 4] = er[k] - r[k], im[k + 4] = ei[k] - i[k];
  }
}

// The first step of a short transform of 4 `first` values, first being 4 or 8; `fourth` is the second.
INLINE void NAMED(parts)(const int first, const int shared, const Source *source,
                         const Vector one, Vector *xr, Vector *xi) {
  UNROLLED for (int b = 0; b < 4; b++) {
    Vector re[8], im[8];
    UNROLLED for (int a = 0; a < first; a++) NAMED(take)(source, 4 * a + b, &re[a], &im[a]);
    if (first == 8) NAMED(eight)(shared, one, re, im);
    else NAMED(four)(1, one, re, im, 0, 1, 2, 3);
    UNROLLED for (int a = 0; a < first; a++) {
      const Number c = (Number)cosines32[a * b * 8 / first];
      const Number s = (Number)cosines32[(a * b * 8 / first + 24) % 32];
      xr[4 * a + b] = a * b ? re[a] * c + im[a] * s : re[a];
      xi[4 * a + b] = a * b ? im[a] * c - re[a] * s : im[a];
    }
  }
}

// Values a, a + first, a + 2 first and a + 3 first of the transform whose parts these are.
INLINE void NAMED(fourth)(const int shared, const Vector one, const Vector *xr, const Vector *xi,
                          int a, Vector *re, Vector *im) {
  UNROLLED for (int b = 0; b < 4; b++) re[b] = xr[4 * a + b], im[b] = xi[4 * a + b];
  NAMED(four)(shared, one, re, im, 0, 1, 2, 3);
}
