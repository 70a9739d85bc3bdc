#include "dispatch.h"

typedef int16_t Integer16Lanes __attribute__((vector_size(32), aligned(2)));
typedef uint32_t Square16Lanes __attribute__((vector_size(64), aligned(4)));
typedef uint32_t Square8Lanes __attribute__((vector_size(32), aligned(4)));
typedef uint64_t Total8Lanes __attribute__((vector_size(64), aligned(8)));

DISPATCHED
void lathe_int16_moments(const int16_t *input, long count, int64_t sums[2]) {
  int64_t sum = 0;
  Total8Lanes squares = {0};
  long i = 0;
  while (i + 32 <= count) {
    // A lane holds 32,768 sums of two numbers before it could overflow.
    const long end = count - i < 1L << 20 ? count : i + (1L << 20);
    Int16Lanes lanes = {0};
    for (; i + 32 <= end; i += 32) {
      Int16Lanes a = __builtin_convertvector(*(const Integer16Lanes *)(input + i), Int16Lanes);
      Int16Lanes b = __builtin_convertvector(*(const Integer16Lanes *)(input + i + 16), Int16Lanes);
      lanes += a + b;
      // Two squares are at most 2^31: no sign to lose.
      Square16Lanes pair = (Square16Lanes)(a * a) + (Square16Lanes)(b * b);
      Square8Lanes halves[2];
      memcpy(halves, &pair, sizeof halves);
      squares += __builtin_convertvector(halves[0], Total8Lanes);
      squares += __builtin_convertvector(halves[1], Total8Lanes);
    }
    for (int lane = 0; lane < 16; lane++) sum += lanes[lane];
  }
  uint64_t square = 0;
  for (int lane = 0; lane < 8; lane++) square += squares[lane];
  for (; i < count; i++) {
    sum += input[i];
    square += (uint64_t)(input[i] * input[i]);
  }
  sums[0] += sum;
  sums[1] += (int64_t)square;
}

DISPATCHED
void lathe_float_moments(const void *input, double pivot, long count, double *total,
                         double *squares) {
  const UnalignedFloat *x = input;
  Double8Lanes sum[2] = {{0}}, square[2] = {{0}};
  long i = 0;
  for (; i + 16 <= count; i += 16) {
    UNROLLED for (int half = 0; half < 2; half++) {
      Float8Lanes lanes;
      memcpy(&lanes, x + i + 8 * half, sizeof lanes);
      Double8Lanes d = __builtin_convertvector(lanes, Double8Lanes) - pivot;
      sum[half] += d;
      square[half] += d * d;
    }
  }
  sum[0] += sum[1];
  square[0] += square[1];
  double s = 0, q = 0;
  for (int lane = 0; lane < 8; lane++) {
    s += sum[0][lane];
    q += square[0][lane];
  }
  for (; i < count; i++) {
    const double d = (double)x[i] - pivot;
    s += d;
    q += d * d;
  }
  *total += s;
  *squares += q;
}

DISPATCHED
void lathe_float_moments_each(const void *input, const double *restrict pivots,
                              double *restrict sums, double *restrict squares, long count) {
  const UnalignedFloat *x = input;
  for (long i = 0; i < count; i++) {
    const double d = (double)x[i] - pivots[i];
    sums[i] += d;
    squares[i] += d * d;
  }
}
