#include "logarithm.h"

typedef uint32_t Word16Lanes __attribute__((vector_size(64), aligned(4)));
typedef uint64_t Product8Lanes __attribute__((vector_size(64), aligned(8)));

// Both halves of the products of 16 words with a constant. A product of the words at even places is
// a product of whole 64-bit lanes with their upper halves cleared, which every processor has.
INLINE Word16Lanes multiply(Word16Lanes words, uint32_t factor, Word16Lanes *high) {
  Product8Lanes pairs;
  memcpy(&pairs, &words, sizeof pairs);
  Product8Lanes even = (pairs & 0xffffffff) * factor, odd = (pairs >> 32) * factor;
  Product8Lanes low = (even & 0xffffffff) | odd << 32, upper = even >> 32 | (odd & ~0xffffffffull);
  memcpy(high, &upper, sizeof upper);
  memcpy(&words, &low, sizeof low);
  return words;
}

// Sixteen blocks of Philox4x32-10 side by side (Salmon, Moraes, Dror, Shaw, SC 2011).
INLINE void philox(Word16Lanes words[4], uint64_t seed) {
  uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
  UNROLLED for (int round = 0; round < 10; round++) {
    Word16Lanes high0, high2;
    Word16Lanes low0 = multiply(words[0], 0xd2511f53, &high0);
    Word16Lanes low2 = multiply(words[2], 0xcd9e8d57, &high2);
    words[0] = high2 ^ words[1] ^ key0;
    words[1] = low2;
    words[2] = high0 ^ words[3] ^ key1;
    words[3] = low0;
    key0 += 0x9e3779b9;
    key1 += 0xbb67ae85;
  }
}

INLINE Float16Lanes signed_by(Float16Lanes x, Word16Lanes sign) {
  Word16Lanes bits;
  memcpy(&bits, &x, sizeof bits);
  bits ^= sign & 0x80000000;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// Box and Muller: two words make two normal deviates, sqrt(-2 log u) times cosine and sine of 2 pi
// v. These are the roots, of two vectors of words.
INLINE void radii(Word16Lanes first, Word16Lanes second, Float16Lanes radius[2]) {
  // u in [2^-32, 1] keeps its 31 bits where it is small, which is where large deviates come from.
  const Word16Lanes words[2] = {first >> 1, second >> 1};
  Int32Lanes halves;
  memcpy(&halves, words, sizeof halves);
  const Float32Lanes u = __builtin_convertvector(halves, Float32Lanes) * 0x1p-31f + 0x1p-32f;
  const LogarithmParts log = logarithm_parts(u);
  const Float32Lanes square = ((log.r + log.m) + log.e * 0.693147181f) * -2.0f;
  const Float32Lanes root = __builtin_elementwise_sqrt(LARGER(square, (Float32Lanes){0}));
  memcpy(radius, &root, sizeof root);
}

INLINE void normal_pair(Float16Lanes radius, Word16Lanes second, Float16Lanes *cosine,
                        Float16Lanes *sine) {
  // v as a quarter turn and what is left of it, within an eighth of a turn on either side.
  Word16Lanes quarter = (second + 0x20000000) >> 30;
  Int16Lanes rest = (Int16Lanes)(second << 2) >> 2;
  Float16Lanes x = __builtin_convertvector(rest, Float16Lanes) * 1.46291807926715968e-9f;  // 2 pi / 2^32
  Float16Lanes z = x * x;
  // The polynomials of Cephes' sinf and cosf, on which both are right to 1e-7.
  Float16Lanes s = ((z * -1.9515295891e-4f + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * x + x;
  Float16Lanes c = ((z * 2.443315711809948e-5f - 1.388731625493765e-3f) * z + 4.166664568298827e-2f)
                       * z * z - 0.5f * z + 1.0f;
  const Int16Lanes swapped = -(Int16Lanes)(quarter & 1);
  *cosine = radius * signed_by(chosen(swapped, s, c), (quarter + 1) << 30);
  *sine = radius * signed_by(chosen(swapped, c, s), quarter << 30);
}

// The words of the sixteen blocks of the stream from `block` on, a multiple of 16.
INLINE void block_words(uint64_t seed, uint64_t stream, uint64_t block, Word16Lanes words[4]) {
  UNROLLED for (int part = 0; part < 4; part++) words[part] = (Word16Lanes){0};
  UNROLLED for (int lane = 0; lane < 16; lane++) words[0][lane] = (uint32_t)block + (uint32_t)lane;
  // Sixteen blocks from a multiple of 16 on have one upper half.
  words[1] += (uint32_t)(block >> 32);
  words[2] += (uint32_t)stream;
  words[3] += (uint32_t)(stream >> 32);
  philox(words, seed);
}

// 64 deviates of the sixteen blocks of the stream from `block` on.
INLINE void normal_deviates(uint64_t seed, uint64_t stream, uint64_t block, Float16Lanes out[4]) {
  Word16Lanes words[4];
  block_words(seed, stream, block, words);
  Float16Lanes radius[2];
  radii(words[0], words[2], radius);
  normal_pair(radius[0], words[1], out, out + 1);
  normal_pair(radius[1], words[3], out + 2, out + 3);
}

DISPATCHED
void lathe_add_normal_noise(uint64_t seed, uint64_t stream, float deviation, float *values,
                            long count) {
  Float16Lanes noise[4];
  long i = 0;
  for (; i + 64 <= count; i += 64) {
    normal_deviates(seed, stream, (uint64_t)i / 4, noise);
    UNROLLED for (int part = 0; part < 4; part++)
      *(Float16Lanes *)(values + i + 16 * part) += noise[part] * deviation;
  }
  if (i == count) return;
  normal_deviates(seed, stream, (uint64_t)i / 4, noise);
  for (long k = 0; i + k < count; k++) values[i + k] += noise[k / 16][k % 16] * deviation;
}

DISPATCHED
void lathe_dropout(uint64_t seed, uint64_t stream, long first, float keep, float scale,
                   const float *input, float *output, long count) {
  const double limit = (double)keep * 0x1p32;
  const uint32_t bound = limit >= 0xffffffffp0 ? 0xffffffffu : (uint32_t)limit;
  for (long i = 0; i < count; i += 64) {
    Word16Lanes words[4];
    block_words(seed, stream, (uint64_t)(first + i) / 4, words);
    if (count - i >= 64) {
      UNROLLED for (int part = 0; part < 4; part++) {
        const Float16Lanes x = *(const Float16Lanes *)(input + i + 16 * part);
        *(Float16Lanes *)(output + i + 16 * part) =
            chosen((Int16Lanes)(words[part] < bound), x * scale, (Float16Lanes){0});
      }
    } else {
      for (long k = 0; i + k < count; k++)
        output[i + k] = words[k / 16][k % 16] < bound ? input[i + k] * scale : 0;
    }
  }
}
