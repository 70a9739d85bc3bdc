/* Fail points for any program, by LD_PRELOAD: counts each call that changes files below a folder,
   and at a chosen one ends the process or lets the call fail, or records all of them so that a loss
   of power can be played.

   cc -shared -fPIC -O2 -o failpoints.so failpoints.c

   FAILPOINTS_UNDER   the folder, absolute; calls on other files pass unseen
   FAILPOINTS_COUNTER a file of 8 zero bytes in which the calls are counted, where a program starts
                      others, one at a time; without it each counts its own
   FAILPOINTS_TRACE   a file that takes a line for each call: number, name, path
   FAILPOINTS_AT      the number of the call at which something happens, from 1
   FAILPOINTS_DO      what: before, after (SIGKILL before or after the call), within (SIGKILL after
                      half of the bytes of a write), or ENOSPC, EDQUOT, EIO: the call fails
   FAILPOINTS_WHOM    group: SIGKILL is for all processes of the group, not for the one of the call
   FAILPOINTS_LASTS   1: from then on each call fails for which the error is possible
   FAILPOINTS_RECORD  a file that takes each call with its bytes, in order; see powerloss.py

   Only the calls that go through the dynamic linker are seen: compare with strace. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum doing { NOTHING, BEFORE, AFTER, WITHIN, FAIL };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char under[PATH_MAX];
static size_t under_length;
static int trace = -1, record = -1;
static long at, own_counter;
static long *counter = &own_counter;
static enum doing doing = NOTHING;
static int failure, lasts, whole_group;

static int opened_for(const char *variable) {
  const char *path = getenv(variable);
  if (path == NULL) return -1;
  int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
  int descriptor = (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0644);
  /* Out of the way of the program's own numbers. */
  int far = (int)syscall(SYS_fcntl, descriptor, F_DUPFD_CLOEXEC, 700);
  if (far < 0) return descriptor;
  syscall(SYS_close, descriptor);
  return far;
}

__attribute__((constructor)) static void begin(void) {
  const char *folder = getenv("FAILPOINTS_UNDER");
  if (folder == NULL || strlen(folder) >= sizeof under) return;
  strcpy(under, folder);
  under_length = strlen(under);
  trace = opened_for("FAILPOINTS_TRACE");
  record = opened_for("FAILPOINTS_RECORD");
  const char *shared = getenv("FAILPOINTS_COUNTER");
  if (shared != NULL) {
    int file = (int)syscall(SYS_openat, AT_FDCWD, shared, O_RDWR | O_CLOEXEC);
    void *found = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (found != MAP_FAILED) counter = found;
    syscall(SYS_close, file);
  }
  const char *number = getenv("FAILPOINTS_AT");
  const char *what = getenv("FAILPOINTS_DO");
  if (number == NULL || what == NULL) return;
  at = atol(number);
  lasts = getenv("FAILPOINTS_LASTS") != NULL;
  whole_group = getenv("FAILPOINTS_WHOM") != NULL;
  if (strcmp(what, "before") == 0) doing = BEFORE;
  if (strcmp(what, "after") == 0) doing = AFTER;
  if (strcmp(what, "within") == 0) doing = WITHIN;
  if (strcmp(what, "ENOSPC") == 0) failure = ENOSPC;
  if (strcmp(what, "EDQUOT") == 0) failure = EDQUOT;
  if (strcmp(what, "EIO") == 0) failure = EIO;
  if (failure != 0) doing = FAIL;
}

static int is_under(const char *path) {
  return under_length > 0 && strncmp(path, under, under_length) == 0 &&
         (path[under_length] == '/' || path[under_length] == 0);
}

/* The path of a file by the name that a call was given, absolute; the file need not exist. */
static void absolute(int folder, const char *name, char *path) {
  char start[PATH_MAX] = "";
  if (name[0] == '/') {
    snprintf(path, PATH_MAX, "%s", name);
    return;
  }
  if (folder == AT_FDCWD) {
    if (syscall(SYS_getcwd, start, sizeof start) < 0) start[0] = 0;
  } else {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t count = syscall(SYS_readlink, link, start, sizeof start - 1);
    start[count < 0 ? 0 : count] = 0;
  }
  snprintf(path, PATH_MAX, "%.2000s/%.2000s", start, name);
}

static void path_of(int descriptor, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t count = syscall(SYS_readlink, link, path, PATH_MAX - 1);
  path[count < 0 ? 0 : count] = 0;
}

__attribute__((noreturn)) static void end(void) {
  syscall(SYS_kill, whole_group ? 0 : (int)syscall(SYS_getpid), SIGKILL);
  for (;;) syscall(SYS_pause);
}

/* Can a call fail for want of space? Any can fail with EIO. */
enum kind { TAKES_SPACE, TAKES_NONE };

struct point {
  int error;  /* 0: let it through */
  int half;   /* write half of it */
  int after;  /* then end the process */
};

/* Counts a call. The mutex stays locked until left(): the record has the order of the calls. */
static struct point entered(const char *name, enum kind kind, const char *path, const char *other) {
  struct point point = {0, 0, 0};
  pthread_mutex_lock(&mutex);
  long number = ++*counter;
  if (trace >= 0) {
    char line[2 * PATH_MAX + 64];
    int length = snprintf(
        line, sizeof line, "%ld\t%s\t%s%s%s\n", number, name, path, other ? "\t" : "",
        other ? other : "");
    syscall(SYS_write, trace, line, (size_t)length);
  }
  int possible = failure == EIO || kind == TAKES_SPACE;
  if (lasts && number > at && possible) point.error = failure;
  if (number != at) return point;
  switch (doing) {
    case BEFORE: end();
    case AFTER: point.after = 1; break;
    case WITHIN: point.half = point.after = 1; break;
    case FAIL: point.error = failure; break;
    case NOTHING: break;
  }
  return point;
}

static void left(struct point point) {
  if (point.after) end();
  pthread_mutex_unlock(&mutex);
}

/* One entry of the record: a line of text, then the bytes. */
static void recorded(
    const char *name, const char *path, const char *other, int64_t offset, int durable,
    const struct iovec *parts, int count, int64_t length) {
  if (record < 0) return;
  char line[2 * PATH_MAX + 128];
  int64_t bytes = parts == NULL ? 0 : length;
  int size = snprintf(
      line, sizeof line, "%s\t%s\t%s\t%lld\t%lld\t%d\t%lld\n", name, path, other ? other : "",
      (long long)offset, (long long)length, durable, (long long)bytes);
  syscall(SYS_write, record, line, (size_t)size);
  for (int i = 0; i < count && bytes > 0; i++) {
    size_t part = parts[i].iov_len < (size_t)bytes ? parts[i].iov_len : (size_t)bytes;
    size_t done = 0;
    while (done < part) {
      ssize_t written = syscall(SYS_write, record, (char *)parts[i].iov_base + done, part - done);
      if (written <= 0) return;
      done += (size_t)written;
    }
    bytes -= (int64_t)part;
  }
}


/* MARK: writes */

static ssize_t written(
    const char *name, int descriptor, const struct iovec *parts, int count, off_t offset) {
  char path[PATH_MAX];
  path_of(descriptor, path);
  size_t length = 0;
  for (int i = 0; i < count; i++) length += parts[i].iov_len;
  if (!is_under(path)) {
    return offset < 0 ? syscall(SYS_writev, descriptor, parts, count)
                      : syscall(SYS_pwritev, descriptor, parts, count, offset, 0);
  }
  struct point point = entered(name, TAKES_SPACE, path, NULL);
  ssize_t result;
  if (point.error) {
    result = -1;
    errno = point.error;
  } else {
    int flags = (int)syscall(SYS_fcntl, descriptor, F_GETFL);
    off_t place = offset;
    int from = flags & O_APPEND ? SEEK_END : SEEK_CUR;
    if (place < 0) place = (off_t)syscall(SYS_lseek, descriptor, 0, from);
    if (point.half) {
      result = syscall(SYS_pwrite64, descriptor, parts[0].iov_base, parts[0].iov_len / 2, place);
    } else {
      result = offset < 0 ? syscall(SYS_writev, descriptor, parts, count)
                          : syscall(SYS_pwritev, descriptor, parts, count, offset, 0);
      int code = errno;
      int durable = (flags & (O_DSYNC | O_SYNC)) != 0;
      if (result > 0) recorded("write", path, NULL, place, durable, parts, count, result);
      errno = code;
    }
  }
  int code = errno;
  left(point);
  errno = code;
  return result;
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
  struct iovec part = {(void *)bytes, length};
  return written("write", descriptor, &part, 1, -1);
}
ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
  struct iovec part = {(void *)bytes, length};
  return written("pwrite", descriptor, &part, 1, offset);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off_t offset) {
  return pwrite(descriptor, bytes, length, offset);
}
ssize_t writev(int descriptor, const struct iovec *parts, int count) {
  return written("writev", descriptor, parts, count, -1);
}
ssize_t pwritev(int descriptor, const struct iovec *parts, int count, off_t offset) {
  return written("pwritev", descriptor, parts, count, offset);
}
ssize_t pwritev64(int descriptor, const struct iovec *parts, int count, off_t offset) {
  return pwritev(descriptor, parts, count, offset);
}

/* MARK: what has a path and nothing else */

#define CALL(kind, name, path, other, offset, length, body) \
  { \
    struct point point = entered(name, kind, path, other); \
    if (point.error) { \
      errno = point.error; \
      result = -1; \
    } else { \
      result = body; \
      int code = errno; \
      if (result >= 0) recorded(name, path, other, offset, 0, NULL, 0, length); \
      errno = code; \
    } \
    int code = errno; \
    left(point); \
    errno = code; \
  }

int fsync(int descriptor) {
  char path[PATH_MAX];
  path_of(descriptor, path);
  if (!is_under(path)) return (int)syscall(SYS_fsync, descriptor);
  int result;
  CALL(TAKES_SPACE, "fsync", path, NULL, 0, 0, (int)syscall(SYS_fsync, descriptor))
  return result;
}

int fdatasync(int descriptor) {
  char path[PATH_MAX];
  path_of(descriptor, path);
  if (!is_under(path)) return (int)syscall(SYS_fdatasync, descriptor);
  int result;
  CALL(TAKES_SPACE, "fdatasync", path, NULL, 0, 0, (int)syscall(SYS_fdatasync, descriptor))
  return result;
}

int msync(void *address, size_t length, int flags) {
  if (under_length == 0) return (int)syscall(SYS_msync, address, length, flags);
  int result;
  CALL(TAKES_SPACE, "msync", "", NULL, 0, 0, (int)syscall(SYS_msync, address, length, flags))
  return result;
}

int ftruncate(int descriptor, off_t length) {
  char path[PATH_MAX];
  path_of(descriptor, path);
  if (!is_under(path)) return (int)syscall(SYS_ftruncate, descriptor, length);
  int result;
  CALL(TAKES_NONE, "ftruncate", path, NULL, 0, length,
       (int)syscall(SYS_ftruncate, descriptor, length))
  return result;
}
int ftruncate64(int descriptor, off_t length) { return ftruncate(descriptor, length); }

int fallocate(int descriptor, int mode, off_t offset, off_t length) {
  char path[PATH_MAX];
  path_of(descriptor, path);
  if (!is_under(path)) return (int)syscall(SYS_fallocate, descriptor, mode, offset, length);
  int result;
  CALL(TAKES_SPACE, "fallocate", path, NULL, offset, length,
       (int)syscall(SYS_fallocate, descriptor, mode, offset, length))
  return result;
}
int fallocate64(int descriptor, int mode, off_t offset, off_t length) {
  return fallocate(descriptor, mode, offset, length);
}
/* It gives its error as its result. */
int posix_fallocate(int descriptor, off_t offset, off_t length) {
  int code = errno;
  int result = fallocate(descriptor, 0, offset, length);
  int error = result < 0 ? errno : 0;
  errno = code;
  return error;
}
int posix_fallocate64(int descriptor, off_t offset, off_t length) {
  return posix_fallocate(descriptor, offset, length);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
  char path[PATH_MAX], other[PATH_MAX];
  absolute(from_folder, from, path);
  absolute(to_folder, to, other);
  if (!is_under(path) && !is_under(other))
    return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
  int result;
  CALL(TAKES_SPACE, "rename", path, other, 0, 0,
       (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags))
  return result;
}
int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  return renameat2(from_folder, from, to_folder, to, 0);
}
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  char path[PATH_MAX], other[PATH_MAX];
  absolute(from_folder, from, path);
  absolute(to_folder, to, other);
  if (!is_under(path) && !is_under(other))
    return (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
  int result;
  CALL(TAKES_SPACE, "link", path, other, 0, 0,
       (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags))
  return result;
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

/* Removing what is not there changes nothing, and is not counted. */
int unlinkat(int folder, const char *name, int flags) {
  char path[PATH_MAX];
  absolute(folder, name, path);
  if (!is_under(path) || syscall(SYS_faccessat, folder, name, F_OK) != 0)
    return (int)syscall(SYS_unlinkat, folder, name, flags);
  int result;
  CALL(TAKES_NONE, flags & AT_REMOVEDIR ? "rmdir" : "unlink", path, NULL, 0, 0,
       (int)syscall(SYS_unlinkat, folder, name, flags))
  return result;
}
int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }
int remove(const char *name) {
  struct stat status;
  int is_folder = lstat(name, &status) == 0 && S_ISDIR(status.st_mode);
  return unlinkat(AT_FDCWD, name, is_folder ? AT_REMOVEDIR : 0);
}

int mkdirat(int folder, const char *name, mode_t mode) {
  char path[PATH_MAX];
  absolute(folder, name, path);
  if (!is_under(path)) return (int)syscall(SYS_mkdirat, folder, name, mode);
  int result;
  CALL(TAKES_SPACE, "mkdir", path, NULL, 0, 0, (int)syscall(SYS_mkdirat, folder, name, mode))
  return result;
}
int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }

/* MARK: opening, where it makes or empties a file */

static int opened(int folder, const char *name, int flags, mode_t mode) {
  char path[PATH_MAX];
  absolute(folder, name, path);
  int exists = syscall(SYS_faccessat, folder, name, F_OK) == 0;
  int makes = flags & O_CREAT && !exists;
  int empties = flags & O_TRUNC && exists;
  if (!is_under(path) || !(makes || empties))
    return (int)syscall(SYS_openat, folder, name, flags, mode);
  int result;
  CALL(makes ? TAKES_SPACE : TAKES_NONE, makes ? "create" : "ftruncate", path, NULL, 0, 0,
       (int)syscall(SYS_openat, folder, name, flags, mode))
  return result;
}

#define MODE \
  mode_t mode = 0; \
  if (flags & (O_CREAT | O_TMPFILE)) { \
    va_list arguments; \
    va_start(arguments, flags); \
    mode = va_arg(arguments, mode_t); \
    va_end(arguments); \
  }

int open(const char *name, int flags, ...) {
  MODE
  return opened(AT_FDCWD, name, flags, mode);
}
int open64(const char *name, int flags, ...) {
  MODE
  return opened(AT_FDCWD, name, flags, mode);
}
int openat(int folder, const char *name, int flags, ...) {
  MODE
  return opened(folder, name, flags, mode);
}
int openat64(int folder, const char *name, int flags, ...) {
  MODE
  return opened(folder, name, flags, mode);
}
int creat(const char *name, mode_t mode) {
  return opened(AT_FDCWD, name, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

/* Calls that are not followed: with one below the folder the record would not be whole. */
#define NOT_FOLLOWED(name) \
  do { \
    static const char text[] = "failpoints: " name " is not followed\n"; \
    if (under_length > 0) syscall(SYS_write, 2, text, sizeof text - 1); \
  } while (0)

ssize_t copy_file_range(
    int from, off_t *from_offset, int to, off_t *to_offset, size_t length, unsigned flags) {
  NOT_FOLLOWED("copy_file_range");
  return syscall(SYS_copy_file_range, from, from_offset, to, to_offset, length, flags);
}
ssize_t sendfile(int to, int from, off_t *offset, size_t length) {
  NOT_FOLLOWED("sendfile");
  return syscall(SYS_sendfile, to, from, offset, length);
}
int truncate(const char *name, off_t length) {
  NOT_FOLLOWED("truncate");
  return (int)syscall(SYS_truncate, name, length);
}
