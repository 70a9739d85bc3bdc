#include "dispatch.h"

// What a store past the caches takes: whole lines of 64 bytes.
typedef float StreamedLine __attribute__((vector_size(64), aligned(64)));
typedef int16_t Integer16Lanes __attribute__((vector_size(32), aligned(2)));

DISPATCHED
void lathe_int16_to_float(const int16_t *input, float scale, float *output, long count) {
  for (long i = 0; i < count; i++) output[i] = (float)input[i] * scale;
}

// How many floats, at most `count`, lie before the first whole line of `output`.
INLINE long before_line(const float *output, long count) {
  long head = (long)((-(uintptr_t)output & 63) / sizeof(float));
  return head < count ? head : count;
}

DISPATCHED
void lathe_int16_to_float_streaming(const int16_t *input, float scale, float *output, long count) {
  long i = 0;
  for (const long head = before_line(output, count); i < head; i++)
    output[i] = (float)input[i] * scale;
  for (; i + 16 <= count; i += 16) {
    Float16Lanes line =
        __builtin_convertvector(*(const Integer16Lanes *)(input + i), Float16Lanes) * scale;
    __builtin_nontemporal_store((StreamedLine)line, (StreamedLine *)(output + i));
  }
  for (; i < count; i++) output[i] = (float)input[i] * scale;
  // Streamed lines are ordered by nothing weaker: another thread may read them after this.
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

DISPATCHED
void lathe_copy_streaming(const void *input, void *output, long bytes) {
  const char *from = input;
  char *to = output;
  const long gap = (long)(-(uintptr_t)to & 63), head = gap < bytes ? gap : bytes;
  memcpy(to, from, (size_t)head);
  long i = head;
  for (; i + 64 <= bytes; i += 64) {
    StreamedLine line;
    memcpy(&line, from + i, sizeof line);
    __builtin_nontemporal_store(line, (StreamedLine *)(to + i));
  }
  memcpy(to + i, from + i, (size_t)(bytes - i));
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void lathe_approach(const void *input, long bytes) {
  for (long i = 0; i < bytes; i += 64) __builtin_prefetch((const char *)input + i);
}

DISPATCHED
void lathe_float_to_float16(const float *input, uint16_t *output, long count) {
  for (long i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, input + i, sizeof bits);
    const uint32_t sign = bits >> 16 & 0x8000;
    bits &= 0x7fffffff;
    // From 2^-14 on: shift the exponent's origin, add what rounds to the nearest, ties to even.
    // What rounds up past 65504 becomes the bits of infinity by itself.
    const uint32_t normal = (bits + 0xc8000fff + (bits >> 13 & 1)) >> 13;
    // Below: adding 0.5 lets the float unit round at 2^-24, the last place of a subnormal.
    float magnitude;
    memcpy(&magnitude, &bits, sizeof magnitude);
    magnitude += 0.5f;
    uint32_t subnormal;
    memcpy(&subnormal, &magnitude, sizeof subnormal);
    subnormal -= 0x3f000000;
    const uint32_t special = bits > 0x7f800000 ? 0x7e00 | (bits >> 13 & 0x3ff) : 0x7c00;
    const uint32_t finite = bits < 0x38800000 ? subnormal : normal;
    output[i] = (uint16_t)(sign | (bits >= 0x47800000 ? special : finite));
  }
}

DISPATCHED
void lathe_float_scaled(const void *input, float scale, float *output, long count) {
  const UnalignedFloat *x = input;
  for (long i = 0; i < count; i++) output[i] = x[i] * scale;
}

DISPATCHED
void lathe_mix(const float *other, float otherShare, float share, float *values, long count) {
  for (long i = 0; i < count; i++) values[i] = values[i] * share + other[i] * otherShare;
}

DISPATCHED
float lathe_minimum(const float *values, long count) {
  Float16Lanes least = (Float16Lanes){0} + __builtin_inff();
  long i = 0;
  for (; i + 16 <= count; i += 16)
    least = __builtin_elementwise_min(least, *(const Float16Lanes *)(values + i));
  float minimum = __builtin_inff();
  for (int lane = 0; lane < 16; lane++)
    if (least[lane] < minimum) minimum = least[lane];
  for (; i < count; i++)
    if (values[i] < minimum) minimum = values[i];
  return minimum;
}
