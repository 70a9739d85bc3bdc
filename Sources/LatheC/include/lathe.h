/*
 * The C interface of Lathe's loader: batches of a prepared cache, in order, at memory speed.
 *
 *     lathe_cache *cache = lathe_open("gtzan.lathe");
 *     lathe_loader *loader = lathe_loader_open(
 *         cache, "{\"view\":\"mel\",\"split\":\"stratified-seed1-0.8-0.1-0.1\",\"batch_size\":64}");
 *     lathe_batch batch;
 *     int32_t code;
 *     while ((code = lathe_loader_next(loader, &batch, -1)) == LATHE_BATCH) {
 *       train(batch.inputs, batch.labels, batch.count);
 *       lathe_loader_release(loader, batch.slot);
 *     }
 *     if (code < 0) fprintf(stderr, "%s\n", lathe_last_error());
 *     lathe_loader_close(loader);
 *     lathe_close(cache);
 *
 * Handles. A handle is a number in the clothes of a pointer: it is never dereferenced, and never given
 * out twice by a process. So NULL, a closed handle and a made-up one are refused with
 * LATHE_ERROR_HANDLE wherever they are given; nothing crashes.
 *
 * Ownership. What lathe_open and lathe_loader_open return is closed by the caller, each once, in any
 * order: a loader goes on when the cache that it was opened from is closed. The pointers of a batch
 * are lent, from lathe_loader_next until lathe_loader_release of that slot; the loader then fills the
 * same memory again. A loader that is closed while batches are borrowed keeps their memory until the
 * last of them is released. Texts are written to the caller's buffer, except for lathe_last_error.
 *
 * Threads. Every function may be called on any thread, also at the same time on one loader: each batch
 * then goes to one of the callers. A loader fills its batches in threads of its own, which run no code
 * of the caller and block all signals.
 *
 * Errors. A function that returns int32_t or int64_t returns a negative lathe_code; one that returns a
 * handle returns NULL. lathe_last_error and lathe_last_error_code then tell, for the calling thread,
 * what happened; a call that succeeds leaves them as they were.
 *
 * Processes. A handle belongs to the process that opened it. In a child made by fork every call with
 * a handle of the parent is refused with LATHE_ERROR_FORKED, except that closing does nothing and
 * succeeds; the memory of batches that the parent had borrowed stays readable there. The child opens
 * the cache anew.
 *
 * Memory. The size of a loader is that of its ring, batches of the view's shape; plus an index of at
 * most 32 bytes a slice. The cache is read in place from the system's page cache.
 */
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version that this header describes. Functions, codes and JSON keys may be added within a
 * version; lathe_batch, and what is there already, stay as they are. */
#define LATHE_ABI_VERSION 1

/* The version of the library. A caller compares it with LATHE_ABI_VERSION before anything else. */
int32_t lathe_abi_version(void);

/* A cache, opened for reading. */
typedef struct lathe_cache lathe_cache;
/* A loader of batches. */
typedef struct lathe_loader lathe_loader;

/* What functions return. */
typedef enum lathe_code {
  LATHE_OK = 0,
  /* lathe_loader_next: the last epoch is over. */
  LATHE_END = 0,
  /* lathe_loader_next: a batch was lent. */
  LATHE_BATCH = 1,
  /* lathe_loader_next: the time was up before a batch was ready; nothing is lost. */
  LATHE_TIMEOUT = 2,

  /* A NULL where something is needed, a negative size, text that is not UTF-8. */
  LATHE_ERROR_ARGUMENT = -1,
  /* NULL, closed, or never a handle of this kind. */
  LATHE_ERROR_HANDLE = -2,
  /* A handle of the parent process. */
  LATHE_ERROR_FORKED = -3,
  /* The configuration is no JSON, has an unknown key, or a value out of its range. */
  LATHE_ERROR_CONFIGURATION = -4,
  /* There is no such cache, view, split, side or track. */
  LATHE_ERROR_NOT_FOUND = -5,
  /* There is nothing to load: an empty side, or a batch larger than it where the last is dropped. */
  LATHE_ERROR_EMPTY = -6,
  /* The state is of another cache, split, seed, order or version. */
  LATHE_ERROR_STATE = -7,
  /* Bytes in the cache are not what was written; the text names the record. */
  LATHE_ERROR_DAMAGED = -8,
  /* The slot is not borrowed. */
  LATHE_ERROR_SLOT = -9,
  /* All batches of the ring are borrowed: release one. */
  LATHE_ERROR_BORROWED = -10,
  /* The loader was stopped. */
  LATHE_ERROR_STOPPED = -11,
  /* Anything else that the system or the store refused; the text says what. */
  LATHE_ERROR_SYSTEM = -12
} lathe_code;

/* The error of the calling thread's latest call that failed: LATHE_OK where none has. */
int32_t lathe_last_error_code(void);
/* The same as one line of UTF-8 that a person can act on; "" where none has failed. The text stays
 * until the next call of this thread that fails. */
const char *lathe_last_error(void);

/* The numbers of a batch. */
typedef enum lathe_type { LATHE_FLOAT32 = 1, LATHE_FLOAT16 = 2 } lathe_type;

/* A batch that is borrowed. */
typedef struct lathe_batch {
  /* count x shape numbers of `type` without gaps, first axis outermost; aligned to 64 bytes or more.
   * The caller may write to them. */
  void *inputs;
  /* count numbers of labels: indices into the labels of lathe_loader_describe. */
  int64_t *labels;
  /* count numbers of tracks: see lathe_loader_track_id. */
  int64_t *tracks;
  /* count numbers of slices within their track. */
  int64_t *slices;
  /* count x labels chances, or NULL where the loader mixes no samples: with mixup a sample has two
   * labels. */
  float *label_distributions;
  /* How many samples; the batch size, or less in the last batch of an epoch. */
  int64_t count;
  /* The epoch, from 0. */
  int64_t epoch;
  /* The number of the batch among those of this rank in its epoch, from 0; a loader that goes on from
   * a state begins with 0 again. */
  int64_t index;
  /* The shape of a sample; `axes` of them hold, the others are 0. */
  int64_t shape[4];
  /* How many axes a sample has: 1 to 4. */
  int32_t axes;
  /* A lathe_type. */
  int32_t type;
  /* What lathe_loader_release takes; from 0 to the `slots` of lathe_loader_describe, so that a caller
   * can keep what it makes of a slot's pointers, which are the same each time. */
  int32_t slot;
  /* 0. */
  int32_t reserved;
} lathe_batch;

/* Opens a cache for reading. The same cache may be opened any number of times, and be written to by
 * `lathe prepare` meanwhile: a loader sees what was there when it was opened.
 * `path`: the folder, UTF-8. */
lathe_cache *lathe_open(const char *path);

/* Closes a cache. */
int32_t lathe_close(lathe_cache *cache);

/*
 * What a cache holds, as JSON:
 *   {"path": "gtzan.lathe", "name": "gtzan", "tracks": 100, "labels": ["blues", …],
 *    "views": {"mel": {"shape": [128, 87], "samples": 1000, "fingerprint": "…",
 *                      "columns": ["…"] (features only)}},
 *    "splits": {"stratified-…": {"policy": "stratified",
 *                                "sides": {"train": {"tracks": 80, "samples": {"mel": 800}}, …}}}}
 * Labels are in byte order and have their numbers of it.
 *
 * This and the functions below that fill a buffer return the length of the text in bytes, without the
 * NUL that ends it. They write as much as fits in `capacity` bytes, the NUL included: a result of
 * `capacity` or more means that the buffer was too small. A NULL buffer of capacity 0 only asks.
 */
int64_t lathe_describe(lathe_cache *cache, char *buffer, int64_t capacity);
