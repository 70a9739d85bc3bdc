#include "dispatch.h"

// Moves on to where the next output lies, without a branch that no processor could foresee.
#define NEXT_OUTPUT                            \
  phase += part;                               \
  const long past = -(long)(phase >= phases);  \
  phase -= past & phases;                      \
  input += whole - past;

DISPATCHED
void lathe_resample(const float *input, const float *weights, long phases, long step, long phase,
                    float *output, long count) {
  // Where output 0 lies: `input`, and `phase` / `phases` of the way to the next number.
  const long whole = step / phases, part = step % phases;
  for (long i = 0; i < count; i += 16) {
    const long rows = count - i < 16 ? count - i : 16;
    Float16Lanes v[16] = {{0}};
    if (rows == 16) {
      // All in registers, which rows of unknown number could not be.
      UNROLLED for (int r = 0; r < 16; r++) {
        v[r] = *(const Float16Lanes *)input * *(const Float16Lanes *)(weights + phase * 16);
        NEXT_OUTPUT
      }
    } else {
      for (long r = 0; r < rows; r++) {
        v[r] = *(const Float16Lanes *)input * *(const Float16Lanes *)(weights + phase * 16);
        NEXT_OUTPUT
      }
    }
    // Adds up the lanes of all sixteen at once, by halves: 8, 4, 2 and 1 lanes apart.
    UNROLLED for (int r = 0; r < 8; r++) {
      Float16Lanes a = v[r], b = v[r + 8];
      v[r] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
             + __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29,
                                       30, 31);
    }
    UNROLLED for (int r = 0; r < 4; r++) {
      Float16Lanes a = v[r], b = v[r + 4];
      v[r] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27)
             + __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30,
                                       31);
    }
    UNROLLED for (int r = 0; r < 2; r++) {
      Float16Lanes a = v[r], b = v[r + 2];
      v[r] = __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
             + __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30,
                                       31);
    }
    Float16Lanes a = v[0], b = v[1];
    Float16Lanes sums =
        __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
        + __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
    if (rows == 16)
      *(Float16Lanes *)(output + i) = sums;
    else
      memcpy(output + i, &sums, (size_t)rows * sizeof(float));
  }
}
