/* Lets the thread sanitizer see Swift's Mutex where threads wait for it, by LD_PRELOAD.

   clang -shared -fPIC -O2 -o mutex.so mutex.c

   A lock that is free is taken by an atomic exchange in our own code, which the sanitizer sees. A
   lock that is not is taken, and given back, by the kernel (FUTEX_LOCK_PI) in Swift's run-time
   library, which is built without the sanitizer: it would report the guarded accesses as a race.
   These functions stand before the library's own, and say what those order. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

/* The sanitizer's own, of a program that was built with it; no other program has them. */
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *handle

static void *next(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) abort();
  return found;
}

SWIFT void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
SWIFT void lock_slow(uint32_t thread, SELF) {
  static SWIFT void (*wait)(uint32_t, SELF);
  if (wait == NULL) wait = next(LOCK);
  wait(thread, handle);
  if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT _Bool try_lock_slow(SELF) __asm__(TRY_LOCK);
SWIFT _Bool try_lock_slow(SELF) {
  static SWIFT _Bool (*try)(SELF);
  if (try == NULL) try = next(TRY_LOCK);
  _Bool taken = try(handle);
  if (taken && __tsan_acquire) __tsan_acquire(handle);
  return taken;
}

SWIFT void unlock_slow(SELF) __asm__(UNLOCK);
SWIFT void unlock_slow(SELF) {
  static SWIFT void (*give_back)(SELF);
  if (give_back == NULL) give_back = next(UNLOCK);
  if (__tsan_release) __tsan_release(handle);
  give_back(handle);
}
