#include "versions.h"

#if defined(__x86_64__)
  #include <immintrin.h>
#endif

typedef uint32_t Bits16Lanes __attribute__((vector_size(64), aligned(4)));
typedef uint16_t Half16Lanes __attribute__((vector_size(32), aligned(1)));
// What a store past the caches takes: whole lines of 64 bytes.
typedef float StreamedLine __attribute__((vector_size(64), aligned(64)));

// Sixteen halves as floats, by integer arithmetic: for processors without an instruction for it.
INLINE Float16Lanes widened(const void *halves) {
  const Bits16Lanes half = __builtin_convertvector(*(const Half16Lanes *)halves, Bits16Lanes);
  const Bits16Lanes bits = (half & 0x7fff) << 13, sign = (half & 0x8000) << 16;
  // Shift the exponent's origin from 15 to 127; infinity and NaN keep an exponent of ones.
  const Bits16Lanes special = (Bits16Lanes)(bits >= 0x0f800000) & 0x38000000;
  const Bits16Lanes normal = bits + 0x38000000 + special;
  // A subnormal is its bits, in units of 2^-24: set behind those of 2^-14, which is then taken
  // away.
  const Float16Lanes small = (Float16Lanes)(bits | 0x38800000) - 0x1p-14f;
  const Int16Lanes isSmall = (Int16Lanes)(bits < 0x00800000);
  return (Float16Lanes)((Bits16Lanes)chosen(isSmall, small, (Float16Lanes)normal) | sign);
}

INLINE Float16Lanes widened_v1(const void *halves) { return widened(halves); }

// Numbers that are fewer than sixteen.
#define REST(version, halves, scale, output, count)                                  \
  if ((count) > 0) {                                                                 \
    uint16_t few[16] = {0};                                                          \
    memcpy(few, halves, (size_t)(count) * sizeof *few);                              \
    const Float16Lanes wide = widened_##version(few) * (scale);                      \
    memcpy(output, &wide, (size_t)(count) * sizeof(float));                          \
  }

#define KERNELS(version, target)                                                     \
  target static void lathe_float16_to_float_##version(                               \
      const void *input, float scale, float *output, long count) {                   \
    const char *halves = input;                                                      \
    long i = 0;                                                                      \
    for (; i + 16 <= count; i += 16)                                                 \
      *(Float16Lanes *)(output + i) = widened_##version(halves + 2 * i) * scale;     \
    REST(version, halves + 2 * i, scale, output + i, count - i)                      \
  }                                                                                  \
  target static void lathe_float16_to_float_streaming_##version(                     \
      const void *input, float *output, long count) {                                \
    const char *halves = input;                                                      \
    const long gap = (long)((-(uintptr_t)output & 63) / sizeof(float));              \
    long i = gap < count ? gap : count;                                              \
    REST(version, halves, 1, output, i)                                              \
    for (; i + 16 <= count; i += 16)                                                 \
      __builtin_nontemporal_store((StreamedLine)widened_##version(halves + 2 * i),   \
                                  (StreamedLine *)(output + i));                     \
    REST(version, halves + 2 * i, 1, output + i, count - i)                          \
    __atomic_thread_fence(__ATOMIC_SEQ_CST);                                         \
  }

KERNELS(v1, )

#if defined(__x86_64__)
VERSION_3 INLINE Float16Lanes widened_v3(const void *halves) {
  const __m128i *eights = halves;
  const __m256 low = _mm256_cvtph_ps(_mm_loadu_si128(eights));
  const __m256 high = _mm256_cvtph_ps(_mm_loadu_si128(eights + 1));
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
VERSION_4 INLINE Float16Lanes widened_v4(const void *halves) {
  return (Float16Lanes)_mm512_cvtph_ps(_mm256_loadu_si256(halves));
}
KERNELS(v3, VERSION_3)
KERNELS(v4, VERSION_4)
#endif

void lathe_float16_to_float(const void *input, float scale, float *output, long count) {
  DISPATCH(lathe_float16_to_float, input, scale, output, count);
}

void lathe_float16_to_float_streaming(const void *input, float *output, long count) {
  DISPATCH(lathe_float16_to_float_streaming, input, output, count);
}

void lathe_float16_to_float_plainly(const void *input, float scale, float *output, long count) {
  lathe_float16_to_float_v1(input, scale, output, count);
}
