#include <xxhash.h>

// On x86 the library also has variants for wider registers and picks one as it runs; the header replaces the
// plain names by theirs, which Swift doesn't see, so there is a function.
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>
#endif

/// XXH3-64 of `size` bytes.
static inline XXH64_hash_t lathe_xxh3(const void *data, size_t size) {
  return XXH3_64bits(data, size);
}

/// XXH3-128 of `size` bytes, the higher half in `high`, the lower one returned.
static inline XXH64_hash_t lathe_xxh3_128(const void *data, size_t size, XXH64_hash_t *high) {
  const XXH128_hash_t hash = XXH3_128bits(data, size);
  *high = hash.high64;
  return hash.low64;
}

/// XXH3-64 of `size` bytes with a seed.
static inline XXH64_hash_t lathe_xxh3_seeded(const void *data, size_t size, XXH64_hash_t seed) {
  return XXH3_64bits_withSeed(data, size, seed);
}
