#include "dispatch.h"

// Sixteen neighbouring medians of 31 share sixteen rows. Sort those once; then halve: of the R
// candidates that R outputs share, the h = R / 2 outputs of either half share h rows more, and with
// them only the middle h of the R + h values can still be a median. For sorted `kept` (R) and
// sorted `added` (h) the middle ones are clamp(added[h - 1 - i], kept[i], kept[i + h]), a bitonic
// sequence (by the 0-1 principle). 28 minima and maxima an output instead of a sort of 31.

INLINE void exchange(Ordered8Lanes *a, Ordered8Lanes *b) {
  Ordered8Lanes low = __builtin_elementwise_min(*a, *b);
  *b = __builtin_elementwise_max(*a, *b);
  *a = low;
}

// Batcher's odd-even merges of two sorted halves.
INLINE void merge2(Ordered8Lanes *v) { exchange(v, v + 1); }

INLINE void merge4(Ordered8Lanes *v) {
  exchange(v, v + 2);
  exchange(v + 1, v + 3);
  exchange(v + 1, v + 2);
}

INLINE void merge8(Ordered8Lanes *v) {
  UNROLLED for (int i = 0; i < 4; i++) exchange(v + i, v + i + 4);
  UNROLLED for (int i = 2; i < 4; i++) exchange(v + i, v + i + 2);
  UNROLLED for (int i = 1; i < 7; i += 2) exchange(v + i, v + i + 1);
}

INLINE void merge16(Ordered8Lanes *v) {
  UNROLLED for (int i = 0; i < 8; i++) exchange(v + i, v + i + 8);
  UNROLLED for (int i = 4; i < 8; i++) exchange(v + i, v + i + 4);
  UNROLLED for (int j = 2; j < 14; j += 4) {
    exchange(v + j, v + j + 2);
    exchange(v + j + 1, v + j + 3);
  }
  UNROLLED for (int i = 1; i < 15; i += 2) exchange(v + i, v + i + 1);
}

INLINE void sort4(Ordered8Lanes *v) {
  merge2(v);
  merge2(v + 2);
  merge4(v);
}

INLINE void sort8(Ordered8Lanes *v) {
  sort4(v);
  sort4(v + 4);
  merge8(v);
}

// A bitonic sequence of 8, 4 or 2 put in order.
INLINE void sortBitonic(Ordered8Lanes *v, const int count) {
  if (count >= 8) {
    UNROLLED for (int i = 0; i < 4; i++) exchange(v + i, v + i + 4);
  }
  if (count >= 4) {
    UNROLLED for (int j = 0; j < count; j += 4) {
      exchange(v + j, v + j + 2);
      exchange(v + j + 1, v + j + 3);
    }
  }
  if (count >= 2) {
    UNROLLED for (int j = 0; j < count; j += 2) exchange(v + j, v + j + 1);
  }
}

// The h middle values of 2 h sorted candidates and h sorted values more, sorted.
INLINE void halve(const Ordered8Lanes *kept, const Ordered8Lanes *added, const int h,
                  Ordered8Lanes *middle) {
  UNROLLED for (int i = 0; i < h; i++) {
    Ordered8Lanes x = __builtin_elementwise_min(added[h - 1 - i], kept[i + h]);
    middle[i] = __builtin_elementwise_max(x, kept[i]);
  }
  sortBitonic(middle, h);
}

INLINE Ordered8Lanes load(const float *const *rows, int row, long column) {
  return *(const Ordered8Lanes *)(rows[row] + column);
}

DISPATCHED
void lathe_median31(const float *const *rows, float *const *outputs, long columns) {
  for (long column = 0; column < columns; column += 8) {
    Ordered8Lanes core[16];
    UNROLLED for (int i = 0; i < 16; i++) core[i] = load(rows, 15 + i, column);
    sort8(core);
    sort8(core + 8);
    merge16(core);
    // Two halves of eight outputs: the first adds the rows before the core, the second those after.
    UNROLLED for (int a = 0; a < 2; a++) {
      const int first8 = a ? 7 + 8 : 7;  // the rows first8 ... first8 + 23 are in
      const int added8 = a ? 31 : 7;
      Ordered8Lanes eight[8], kept8[8];
      UNROLLED for (int i = 0; i < 8; i++) eight[i] = load(rows, added8 + i, column);
      sort8(eight);
      halve(core, eight, 8, kept8);
      UNROLLED for (int b = 0; b < 2; b++) {
        const int first4 = b ? first8 : first8 - 4;
        const int added4 = b ? first8 + 24 : first8 - 4;
        Ordered8Lanes four[4], kept4[4];
        UNROLLED for (int i = 0; i < 4; i++) four[i] = load(rows, added4 + i, column);
        sort4(four);
        halve(kept8, four, 4, kept4);
        UNROLLED for (int c = 0; c < 2; c++) {
          const int first2 = c ? first4 : first4 - 2;
          const int added2 = c ? first4 + 28 : first4 - 2;
          Ordered8Lanes two[2], kept2[2];
          UNROLLED for (int i = 0; i < 2; i++) two[i] = load(rows, added2 + i, column);
          merge2(two);
          halve(kept4, two, 2, kept2);
          UNROLLED for (int d = 0; d < 2; d++) {
            const int added1 = d ? first2 + 30 : first2 - 1;
            Ordered8Lanes one = load(rows, added1, column), median;
            halve(kept2, &one, 1, &median);
            *(Ordered8Lanes *)(outputs[8 * a + 4 * b + 2 * c + d] + column) = median;
          }
        }
      }
    }
  }
}

DISPATCHED
void lathe_soft_mask(const float *harmonic, const float *percussive, float *mask, long count) {
  for (long i = 0; i < count; i++) {
    float h = harmonic[i] * harmonic[i], p = percussive[i] * percussive[i];
    float sum = h + p;
    mask[i] = sum < 1e-30f ? 0.5f : h / sum;
  }
}

DISPATCHED
void lathe_split_moments(const float *sum, const float *scale, const float *samples, long count,
                         double *sums) {
  Double8Lanes h1 = {0}, h2 = {0}, p1 = {0}, p2 = {0};
  long i = 0;
  for (; i + 8 <= count; i += 8) {
    Float8Lanes h = *(const Float8Lanes *)(sum + i) * *(const Float8Lanes *)(scale + i);
    Float8Lanes p = *(const Float8Lanes *)(samples + i) - h;
    Double8Lanes hd = __builtin_convertvector(h, Double8Lanes);
    Double8Lanes pd = __builtin_convertvector(p, Double8Lanes);
    h1 += hd;
    h2 += hd * hd;
    p1 += pd;
    p2 += pd * pd;
  }
  for (int lane = 0; lane < 8; lane++) {
    sums[0] += h1[lane];
    sums[1] += h2[lane];
    sums[2] += p1[lane];
    sums[3] += p2[lane];
  }
  for (; i < count; i++) {
    double h = sum[i] * scale[i], p = samples[i] - (float)h;
    sums[0] += h;
    sums[1] += h * h;
    sums[2] += p;
    sums[3] += p * p;
  }
}
