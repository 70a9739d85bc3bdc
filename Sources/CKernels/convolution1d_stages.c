#include "versions.h"

// Sums run in float over whole windows of at most so many positions together (or one that is
// longer), a lane each, and in double across them.
enum { MOST_SUMMED = 256 };

typedef float StreamedLanes __attribute__((vector_size(64), aligned(64)));

INLINE void add_to(double *sums, Float16Lanes x) {
  for (int lane = 0; lane < 16; lane++) sums[lane] += (double)x[lane];
}

typedef struct {
  Float16Lanes mean, shift, factor, scale, offset;
} Constants;

INLINE Constants constants_of(const LatheNormalisation *n) {
  return (Constants){lanes(n->mean), lanes(n->shift), lanes(n->factor), lanes(n->scale),
                     lanes(n->offset)};
}

INLINE Float16Lanes normalised(const Constants *c, Float16Lanes x) {
  return (x - c->mean) * c->scale + c->offset;
}

// Chooses by the sign of a scale: the largest of a window where it is positive, the smallest where
// it is negative, the first where it is 0.
typedef struct {
  Int16Lanes flip, none;
} Choice;

typedef struct {
  Float16Lanes sum, squares;
} Sums;

// `count` positions, at least one, of a window; returns its extreme.
INLINE Float16Lanes finish_window(const long count, const int rectify, const int keeps,
                                  const int streams, const float *values, Choice choice,
                                  float *output, Sums *sums) {
  Float16Lanes extreme, first;
  for (long i = 0; i < count; i++) {
    Float16Lanes x = lanes(values + 16 * i);
    if (rectify) x = rectified(x);
    sums->sum += x;
    sums->squares += x * x;
    if (keeps && streams)
      __builtin_nontemporal_store((StreamedLanes)x, (StreamedLanes *)(output + 16 * i));
    if (keeps && !streams) *(Float16Lanes *)(output + 16 * i) = x;
    const Float16Lanes flipped = (Float16Lanes)((Int16Lanes)x ^ choice.flip);
    if (i == 0) first = extreme = flipped;
    extreme = chosen(extreme > flipped, extreme, flipped);
  }
  extreme = chosen(choice.none, first, extreme);
  return (Float16Lanes)((Int16Lanes)extreme ^ choice.flip);
}

INLINE void finish(const long window, const int rectify, const int keeps, const int streams,
                   const float *values, long positions, Choice choice, float *output,
                   float *extremes, double *sums) {
  const long windows = positions / window, rest = positions % window;
  const long most = window < MOST_SUMMED ? MOST_SUMMED / window : 1;
  for (long start = 0; start < windows; start += most) {
    const long end = windows - start < most ? windows : start + most;
    Sums here = {};
    for (long i = start; i < end; i++) {
      const long place = 16 * window * i;
      const Float16Lanes extreme = finish_window(window, rectify, keeps, streams, values + place,
                                                 choice, keeps ? output + place : output, &here);
      if (extremes) *(Float16Lanes *)(extremes + 16 * i) = extreme;
    }
    if (sums) {
      add_to(sums, here.sum);
      add_to(sums + 16, here.squares);
    }
  }
  if (rest > 0) {
    const long place = 16 * window * windows;
    Sums here = {};
    finish_window(rest, rectify, keeps, streams, values + place, choice,
                  keeps ? output + place : output, &here);
    if (sums) {
      add_to(sums, here.sum);
      add_to(sums + 16, here.squares);
    }
  }
  // Streamed lines are ordered by nothing weaker: another thread may read them after this.
  if (keeps && streams) __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

DISPATCHED
void lathe_convolution_finish(const float *values, long positions, int rectify, long window,
                              const float *scale, float *output, float *extremes, double *sums) {
  const Float16Lanes sign = lanes(scale), zero = {};
  const Choice choice = {(sign < zero) & INT32_MIN, sign == zero};
  const int keeps = output != 0, streams = output != values;
#define FINISH(window, rectify)                                                                \
  if (!keeps)                                                                                  \
    finish(window, rectify, 0, 0, values, positions, choice, output, extremes, sums);          \
  else if (streams)                                                                            \
    finish(window, rectify, 1, 1, values, positions, choice, output, extremes, sums);          \
  else                                                                                         \
    finish(window, rectify, 1, 0, values, positions, choice, output, extremes, sums)
  if (window == 8 && rectify) {
    FINISH(8, 1);
  } else if (rectify) {
    FINISH(window, 1);
  } else {
    FINISH(window, 0);
  }
#undef FINISH
}

DISPATCHED
void lathe_normalise_block(const LatheNormalisation *normalisation, const float *values,
                           int rectify, long positions, float *output) {
  const Constants c = constants_of(normalisation);
  for (long i = 0; i < positions; i++) {
    const Float16Lanes y = normalised(&c, lanes(values + 16 * i));
    *(Float16Lanes *)(output + 16 * i) = rectify ? rectified(y) : y;
  }
}

// The gradient by a normalised value, which ends where max(0, ·) did after it.
INLINE Float16Lanes passed(const Constants *c, int rectify, Float16Lanes x, Float16Lanes gradient) {
  const Float16Lanes zero = {};
  return rectify ? chosen(normalised(c, x) > zero, gradient, zero) : gradient;
}

DISPATCHED
void lathe_normalisation_sums(const LatheNormalisation *normalisation, const float *values,
                              const float *gradient, int rectify, long positions, double *sums) {
  const Constants c = constants_of(normalisation);
  for (long start = 0; start < positions; start += MOST_SUMMED) {
    const long end = positions - start < MOST_SUMMED ? positions : start + MOST_SUMMED;
    Float16Lanes sum = {}, products = {};
    for (long i = start; i < end; i++) {
      const Float16Lanes x = lanes(values + 16 * i);
      const Float16Lanes g = passed(&c, rectify, x, lanes(gradient + 16 * i));
      sum += g;
      products += g * (x - c.mean);
    }
    add_to(sums, sum);
    add_to(sums + 16, products);
  }
}

// `count` positions of a window; the first that equals its extreme has the share from above.
INLINE Float16Lanes unfinish_window(const long count, const int before, const Constants *c,
                                    const float *values, Float16Lanes extreme, Float16Lanes share,
                                    float *output) {
  const Float16Lanes zero = {};
  Float16Lanes sum = {};
  for (long i = 0; i < count; i++) {
    const Float16Lanes x = lanes(values + 16 * i);
    const Int16Lanes isIt = x == extreme;
    Float16Lanes g = (x - c->mean) * c->factor + c->shift;
    g += (Float16Lanes)((Int16Lanes)share & isIt);
    share = (Float16Lanes)((Int16Lanes)share & ~isIt);
    if (before) g = (Float16Lanes)((Int16Lanes)g & (x > zero));
    sum += g;
    *(Float16Lanes *)(output + 16 * i) = g;
  }
  return sum;
}

INLINE void unfinish(const long window, const int before, const int after, const Constants *c,
                     const float *values, long positions, const float *extremes,
                     const float *gradient, float *output, double *sums) {
  const long windows = positions / window, rest = positions % window;
  const long most = window < MOST_SUMMED ? MOST_SUMMED / window : 1;
  const Float16Lanes zero = {};
  for (long start = 0; start < windows; start += most) {
    const long end = windows - start < most ? windows : start + most;
    Float16Lanes sum = {};
    for (long i = start; i < end; i++) {
      const long place = 16 * window * i;
      const Float16Lanes extreme = lanes(extremes + 16 * i);
      const Float16Lanes share = c->scale * passed(c, after, extreme, lanes(gradient + 16 * i));
      sum += unfinish_window(window, before, c, values + place, extreme, share, output + place);
    }
    add_to(sums, sum);
  }
  // Of a window that is cut off nothing was passed on.
  const long place = 16 * window * windows;
  if (rest > 0)
    add_to(sums, unfinish_window(rest, before, c, values + place, zero, zero, output + place));
}

DISPATCHED
void lathe_convolution_unfinish(const LatheNormalisation *normalisation, const float *values,
                                long positions, LatheRectification rectified, long window,
                                const float *extremes, const float *gradient, float *output,
                                double *sums) {
  const Constants c = constants_of(normalisation);
  if (rectified == LATHE_RECTIFIED_BEFORE && window == 8)
    unfinish(8, 1, 0, &c, values, positions, extremes, gradient, output, sums);
  else if (rectified == LATHE_RECTIFIED_BEFORE)
    unfinish(window, 1, 0, &c, values, positions, extremes, gradient, output, sums);
  else
    unfinish(window, 0, rectified == LATHE_RECTIFIED_AFTER, &c, values, positions, extremes, gradient,
             output, sums);
}
