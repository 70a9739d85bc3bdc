#include "CKernels.h"

#if defined(__x86_64__) && defined(__ELF__)
#include <cpuid.h>
#include <fcntl.h>
#include <sys/syscall.h>

// Kernels in versions (`target_clones` in dispatch.h, DISPATCH in versions.h) ask the compiler's run-time
// library which of them the processor can run. This file stands in for that part of the library, which
// the linker then leaves out, so that the environment can choose a lesser instruction set than the best:
// what another processor would do is tried on this one, and no kernel is a cycle slower for it.
//
// The loader asks before anything is set up, even the C library: this calls no function of another
// file and has no sanitizer in it.
#define EARLY                                                                                  \
  __attribute__((no_builtin, disable_sanitizer_instrumentation, no_profile_instrument_function))

// As the compiler lays them out: features from the 32nd on, of which it asks for these alone.
enum { BASELINE = 95, VERSION_2, VERSION_3, VERSION_4 };
__attribute__((visibility("hidden"))) struct {
  unsigned vendor, type, subtype, features[1];
} __cpu_model;
__attribute__((visibility("hidden"))) unsigned __cpu_features2[4];

static int best;

// Levels 3 and 4 of x86-64 as compilers define them: all that the processor has, and whose registers
// the system keeps.
EARLY static int best_instruction_set(void) {
  unsigned a, b, c, d, saved, rest;
  __cpuid(0, a, b, c, d);
  if (a < 7) return LATHE_BASELINE;
  __cpuid(1, a, b, c, d);
  const unsigned first = bit_SSE3 | bit_SSSE3 | bit_FMA | bit_CMPXCHG16B | bit_SSE41 | bit_SSE42 |
                         bit_MOVBE | bit_POPCNT | bit_OSXSAVE | bit_AVX | bit_F16C;
  if ((c & first) != first) return LATHE_BASELINE;
  __cpuid(0x80000001, a, b, c, d);
  const unsigned extended = bit_LAHF_LM | bit_LZCNT;
  if ((c & extended) != extended) return LATHE_BASELINE;
  __cpuid_count(7, 0, a, b, c, d);
  const unsigned second = bit_AVX2 | bit_BMI | bit_BMI2;
  __asm__ volatile("xgetbv" : "=a"(saved), "=d"(rest) : "c"(0));
  if ((b & second) != second || (saved & 0x06) != 0x06) return LATHE_BASELINE;
  const unsigned third = bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ | bit_AVX512VL;
  return (b & third) == third && (saved & 0xE6) == 0xE6 ? LATHE_AVX512 : LATHE_AVX2;
}

EARLY static long system_call(long number, long first, const void *second, long third) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(first), "S"(second), "d"(third), "r"((long)0)
                   : "rcx", "r11", "memory");
  return result;
}

EARLY static int named(const char *text, long length) {
  static const char names[3][7] = {"sse2", "avx2", "avx512"};
  for (int i = 0; i < 3; i++) {
    long same = 0;
    while (same < length && same < 7 && names[i][same] == text[same]) same++;
    if (same == length && !names[i][same]) return LATHE_BASELINE + i;
  }
  return 0;
}

// What LATHE_INSTRUCTION_SET named when the process began; 0 where that is none.
EARLY static int environment_instruction_set(void) {
  static const char key[] = "LATHE_INSTRUCTION_SET=";
  enum { KEY = sizeof key - 1, LONGEST = 7 };
  const long file = system_call(SYS_openat, AT_FDCWD, "/proc/self/environ", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  char buffer[512], value[LONGEST];
  // How much of the key, and then of the value, the variable at hand has had; below 0 in another one.
  long read, place = 0;
  int found = 0;
  while (!found && (read = system_call(SYS_read, file, buffer, sizeof buffer)) > 0)
    for (long i = 0; i < read; i++) {
      const char byte = buffer[i];
      if (!byte) {
        if (place >= KEY) found = named(value, place - KEY);
        place = 0;
      } else if (place < 0 || (place < KEY ? byte != key[place] : place == KEY + LONGEST)) {
        place = -1;
      } else {
        if (place >= KEY) value[place - KEY] = byte;
        place++;
      }
    }
  system_call(SYS_close, file, 0, 0);
  return found;
}

EARLY static void have(int feature) { __cpu_features2[feature / 32 - 1] |= 1u << feature % 32; }

EARLY __attribute__((visibility("hidden"), constructor(101))) int __cpu_indicator_init(void) {
  if (best) return 0;
  best = best_instruction_set();
  const int chosen = environment_instruction_set();
  const int set = chosen && chosen < best ? chosen : best;
  have(BASELINE);
  if (set >= LATHE_AVX2) have(VERSION_2), have(VERSION_3);
  if (set >= LATHE_AVX512) have(VERSION_4);
  return 0;
}

int lathe_best_instruction_set(void) { return best; }

int lathe_instruction_set(void) {
  return __builtin_cpu_supports("x86-64-v4")   ? LATHE_AVX512
         : __builtin_cpu_supports("x86-64-v3") ? LATHE_AVX2
                                               : LATHE_BASELINE;
}

int lathe_named_instruction_set(const char *name) {
  long length = 0;
  while (length < 7 && name[length]) length++;
  return named(name, length);
}
#else
int lathe_best_instruction_set(void) { return LATHE_BASELINE; }
int lathe_instruction_set(void) { return LATHE_BASELINE; }
int lathe_named_instruction_set(const char *name) { return (void)name, 0; }
#endif
