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
 * Ownership. What lathe_open, lathe_loader_open and lathe_samples_open return is closed by the caller,
 * each once, in any order: a loader goes on when the cache that it was opened from is closed. The pointers of a batch
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
/* Samples that are read by their numbers. */
typedef struct lathe_samples lathe_samples;

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
  /* There is nothing to load, such as an empty side; or caches that cannot be mixed. */
  LATHE_ERROR_SOURCE = -6,
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
  /* count x shape numbers of `type` without gaps, first axis outermost; at the start of a page. The
   * caller may write to them, as to the others. */
  void *inputs;
  /* count numbers of labels: indices into the labels of lathe_loader_describe; -1 for samples that have none
   * or may have several. */
  int64_t *labels;
  /* count numbers of tracks: see lathe_loader_track_id. */
  int64_t *tracks;
  /* count numbers of slices within their track. */
  int64_t *slices;
  /* count x labels weights, or NULL where each sample has one label and the loader mixes none. With mixup a
   * sample has two labels; where the dataset has several labels a track ("tagged"), each of a sample's labels
   * has its weight, and all others 0. */
  float *label_distributions;
  /* How many samples; the batch size, or less in the last batch of an epoch. */
  int64_t count;
  /* The epoch, from 0. */
  int64_t epoch;
  /* How many batches this loader came to before, over all epochs. */
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
  /* 1 for the last batch of an epoch, else 0. */
  int32_t ends_epoch;
} lathe_batch;

/* Opens a cache for reading. The same cache may be opened any number of times, and be written to by
 * `lathe prepare` meanwhile: a loader sees what was there when it was opened.
 * `path`: the folder, UTF-8. */
lathe_cache *lathe_open(const char *path);

/* Closes a cache. */
int32_t lathe_close(lathe_cache *cache);

/*
 * What a cache holds, as JSON:
 *   {"path": "gtzan.lathe", "name": "gtzan", "tracks": 100, "labels": ["blues", …], "tagged": false,
 *    "views": {"mel": {"shape": [128, 87], "samples": 1000, "tracks": 100, "fingerprint": "…",
 *                      "kind": "mel", "form": "rows" or "signal", "unit": "dB",
 *                      "axes": [{"name": "frequency", "unit": "Hz", "positions": [23.2, …]},
 *                               {"name": "time", "unit": "s", "start": 0, "step": 0.0232}]},
 *              "features": {…, "columns": ["chroma_stft_mean", …]}, …},
 *    "splits": {"stratified-seed1-0.8-0.1-0.1": {"train": 80, "validation": 10, "test": 10}},
 *    "default_split": the name of the one that is meant where none is named, or null,
 *    "recipe": {…}}
 * Labels are in byte order, which numbers them; splits tell the tracks of each side. Samples of the form
 * "signal" are windows of one signal. The axes of a sample, outermost first, say what runs along them (such
 * as "time", "frequency", "coefficient", "feature") and where their numbers stand, evenly or each in a list;
 * the unit of the numbers is empty where they are plain.
 *
 * This and the functions below that fill a buffer return the length of the text in bytes, without the
 * NUL that ends it. They write as much as fits in `capacity` bytes, the NUL included: a result of
 * `capacity` or more means that the buffer was too small. A NULL buffer of capacity 0 only asks.
 */
int64_t lathe_describe(lathe_cache *cache, char *buffer, int64_t capacity);

/*
 * What is known of each track, as a JSON list in the order of the ids' bytes:
 *   [{"id": "blues.00000", "label": "blues", "labels": ["blues"], "path": "blues/blues.00000.wav", "md5": text or null,
 *     "xxh3": text or null,
 *     "artist": null or text, "title": null or text, "group": null or text,
 *     "frames": 661794 (at the cache's rate), "sample_rate": 22050,
 *     "verdicts": ["clipped", …] (what was measured, by the limits of the recipe),
 *     "faults": ["replica", …] (what the manifest says), "views": ["features", …]}, …]
 */
int64_t lathe_tracks(lathe_cache *cache, char *buffer, int64_t capacity);

/*
 * What a split is, as JSON:
 *   {"policy": "stratified", "sides": ["train", "validation", "test"], "fingerprint": "…",
 *    "plan": {"policy": "stratified", "seed": 1, "ratios": [0.8, 0.1, 0.1], "name": "…"}}
 * The fingerprint is the SHA-256 of all that the split says, as in the records of runs.
 */
int64_t lathe_describe_split(
    lathe_cache *cache, const char *name, char *buffer, int64_t capacity);

/*
 * What a side that is measured shares with what is learnt from, as far as artists, recordings and copies are
 * known. `configuration` is a JSON object with the keys `view`, `split`, `side` and `test` of lathe_loader_open,
 * which say what is learnt from, and `measured`, a side of that split. JSON again:
 *   {"tracks": 37 (of the side), "learnt_tracks": 0 (of these, learnt from wholly or in parts),
 *    "recordings": 2 (of these, learnt from themselves or as another take or copy), "artists": 37 (known of
 *    the side), "shared_artists": 12 (of these, learnt from), "unknown_artists": 0 (tracks without one)}
 * Copies are those that `lathe prepare` or `lathe duplicates` has found among the tracks as they are.
 */
int64_t lathe_overlap(
    lathe_cache *cache, const char *configuration, char *buffer, int64_t capacity);

/*
 * Opens a loader, whose threads begin at once. `configuration` is a JSON object, UTF-8:
 *
 *   key                type                  default    range, meaning
 *   view               text                  (needed)   a view of the cache, such as "mel"
 *   split              text or null          null       a split of the cache; null takes all tracks, or,
 *                                                       with `side` or `test`, the default split
 *   side               text or list          "train"    a side of the split, or several that are joined
 *   test               text                  none       in place of `side`: all sides of the split but
 *                                                       this one, such as all folds but "fold-1"
 *   batch_size         integer               128        1 or more
 *   seed               integer               0          0 to 2^64 - 1; keys all that is random
 *   shuffle            true or false         true       each epoch in an order of its own
 *   epochs             integer or null       1          1 to 2^31; null for no end
 *   epoch              integer               0          0 to 2^31: the number of the first epoch
 *   last_batch         text                  "keep"     "keep" gives the rest of an epoch as a shorter
 *                                                       batch, "drop" leaves it out
 *   sampling           text or object        "uniform"  "uniform"; "balanced": each label equally often;
 *                                                       {"labels": {name: weight}}; {"tracks": {id:
 *                                                       weight}}: with replacement; what is not named
 *                                                       weighs 1
 *   samples_per_epoch  integer or null       null       1 or more; null for as many as there are
 *   rank               integer               0          0 to below world_size
 *   world_size         integer               1          1 to 2^20: how many loaders share each epoch
 *   threads            integer               2          0 to 256; with 0 lathe_loader_next fills
 *   prefetch           integer or null       null       1 to 1,024 batches filled ahead; null: by size
 *   dtype              text                  "float32"  "float32" or "float16"
 *   augmentation       object or null        null       see below
 *   normalisation      object or null        null       {"axis": "overall" or "first", "side": "train"}:
 *                                                       (x - mean) / deviation, of all numbers or of
 *                                                       each index of the first axis, taken over that
 *                                                       side of the split and kept in the cache. `side`
 *                                                       and `test` as above; without them the side is
 *                                                       "train", or those that are loaded where they are
 *                                                       several
 *   sources            list                  none       [{"cache": path, "weight": number, "split": text,
 *                                                       "side": text}]: the caches to mix in place of
 *                                                       `cache`; weights for all or none; split, and side
 *                                                       or test, are those above where they are left out
 *   state              object or null        null       what lathe_loader_state gave: where to go on;
 *                                                       then `epoch` says only where `epochs` begins
 *
 * threads and prefetch change nothing of what is delivered. rank, world_size, batch_size, threads,
 * prefetch and dtype may differ from those that a state was taken with; all ranks go on from one state.
 *
 * The parts of an augmentation, each of which may be left out, in the order in which they are applied:
 *   speed           {"range": [0.9, 1.1]} or {"factors": [0.9, 1, 1.1]}, 0.5 to 2; waveform
 *   random_crop     {}: a window anywhere in its track; waveform
 *   circular_shift  {"share": 0.25}, 0 to 0.5 of the length; waveform and mel
 *   gain            {"decibels": [-6, 6]}, -120 to 120; waveform
 *   polarity        {"probability": 0.5}, 0 to 1; waveform
 *   noise           {"probability": 0.5, "decibels": [10, 40]}: white, by signal-to-noise ratio, -60 to
 *                   120; waveform
 *   mixup           {"alpha": 0.2}, 0.01 to 100; any view; gives label_distributions
 *   spec_augment    {"time_masks": 2, "time_width": 20, "frequency_masks": 2, "frequency_width": 16,
 *                   "fill": "mean" or "minimum"}; mel
 */
lathe_loader *lathe_loader_open(lathe_cache *cache, const char *configuration);

/*
 * What a loader delivers, as JSON:
 *   {"labels": ["blues", …], "tagged": false, "shape": [128, 87], "samples": 800 (an epoch of all ranks), "longest_batch":
 *    128, "batches_per_epoch": 7, "batches": 7 (in all, from where it began; null without an end),
 *    "slots": 10, "bytes": 57016320 (of the ring),
 *    "normalisation": null or {"axis": …, "means": […], "deviations": […]}}
 */
int64_t lathe_loader_describe(lathe_loader *loader, char *buffer, int64_t capacity);

/*
 * Lends the next batch. A caller may hold several; when all `slots` are held the call fails with
 * LATHE_ERROR_BORROWED. A record that cannot be read fails the batch that it would have been in, when
 * its turn has come; the next call gives the batch after it.
 *
 * `batch`: is filled in where the result is LATHE_BATCH, and left alone otherwise.
 * `milliseconds`: how long to wait at most; below 0 for as long as it takes. A loader without threads
 *   fills the batch whatever that takes.
 * Returns LATHE_BATCH, LATHE_END, LATHE_TIMEOUT or an error.
 */
int32_t lathe_loader_next(lathe_loader *loader, lathe_batch *batch, int64_t milliseconds);

/* Gives a batch back by its slot. */
int32_t lathe_loader_release(lathe_loader *loader, int32_t slot);

/*
 * Where the loader is, after the batches that lathe_loader_next gave, as JSON for the key `state`:
 *   {"version": 1, "identity": "…", "order": "…", "seed": 1, "epoch": 3, "position": 1280}
 * `position` counts the samples of the epoch that all ranks together are through with, so after the
 * same number of batches every rank has the same state. Also after lathe_loader_stop.
 */
int64_t lathe_loader_state(lathe_loader *loader, char *buffer, int64_t capacity);

/* The id of a track, by its number in a batch. */
int64_t lathe_loader_track_id(
    lathe_loader *loader, int64_t track, char *buffer, int64_t capacity);

/* Ends the loader's threads and every call that waits for a batch, which returns
 * LATHE_ERROR_STOPPED, as do later ones. Batches that are borrowed stay, and so does all memory. */
int32_t lathe_loader_stop(lathe_loader *loader);

/* Stops the loader and frees it, now or when the last batch that it lent is released. */
int32_t lathe_loader_close(lathe_loader *loader);

/*
 * Opens samples to be read by their numbers, in any order and by any thread: the numbers that a loader
 * delivers without augmentation, bit for bit. `configuration` is a JSON object with the keys `view`,
 * `split`, `side`, `test`, `dtype` and `normalisation` of lathe_loader_open.
 *
 * Samples are numbered from 0, track by track in the order of the ids' bytes, and within a track slice by
 * slice; of several sides, side by side in the order in which they are named.
 */
lathe_samples *lathe_samples_open(lathe_cache *cache, const char *configuration);

/*
 * What they are, as JSON:
 *   {"labels": ["blues", …], "tagged": false, "shape": [128, 87], "samples": 1000, "bytes": 44544 (of one sample),
 *    "normalisation": null or {"axis": …, "means": […], "deviations": […]}}
 */
int64_t lathe_samples_describe(lathe_samples *samples, char *buffer, int64_t capacity);

/*
 * Reads samples; what is stored is checked against its checksum when it is touched for the first time.
 *
 * `numbers`: `count` numbers of samples; one may come again.
 * `inputs`: room for `count` samples of `bytes` each (see lathe_samples_describe), one after the other; at
 *   an address that suits their type. Undefined where the result is an error.
 */
int32_t lathe_samples_read(
    lathe_samples *samples, const int64_t *numbers, int64_t count, void *inputs);

/*
 * Where `count` samples from number `first` on come from: the label of each, its track
 * (see lathe_samples_track_id) and its slice. Each of the three has room for `count` numbers, or is NULL
 * where it is not wanted.
 */
int32_t lathe_samples_places(
    lathe_samples *samples, int64_t first, int64_t count, int64_t *labels, int64_t *tracks,
    int64_t *slices);

/*
 * The weights of all labels for each of `count` samples from number `first` on: of the labels that a sample has
 * 1, or what the dataset says, of the others 0. `weights` has room for `count` times as many numbers as there
 * are labels.
 */
int32_t lathe_samples_label_weights(
    lathe_samples *samples, int64_t first, int64_t count, float *weights);

/* The id of a track, by its number. */
int64_t lathe_samples_track_id(
    lathe_samples *samples, int64_t track, char *buffer, int64_t capacity);

/* Closes samples. */
int32_t lathe_samples_close(lathe_samples *samples);

#ifdef __cplusplus
}
#endif
