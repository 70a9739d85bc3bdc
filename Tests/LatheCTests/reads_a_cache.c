/* What a caller in C does, from opening to closing; the exit code is the line that was not so. */
#include "lathe.h"

#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define REQUIRE(holds)                                                                    \
  do {                                                                                    \
    if (!(holds)) {                                                                       \
      fprintf(stderr, "line %d: %s; last error: %s\n", __LINE__, #holds, lathe_last_error()); \
      exit(1);                                                                            \
    }                                                                                     \
  } while (0)

_Static_assert(sizeof(lathe_batch) == 112, "other languages rely on the layout");
_Static_assert(offsetof(lathe_batch, count) == 40, "other languages rely on the layout");
_Static_assert(offsetof(lathe_batch, shape) == 64, "other languages rely on the layout");
_Static_assert(offsetof(lathe_batch, slot) == 104, "other languages rely on the layout");

static void refused(int64_t result, int32_t code, const char *words) {
  REQUIRE(result == code);
  REQUIRE(lathe_last_error_code() == code);
  if (strstr(lathe_last_error(), words) == NULL) {
    fprintf(stderr, "'%s' is not in '%s'\n", words, lathe_last_error());
    exit(1);
  }
}

static void check_handles(lathe_cache *cache, lathe_loader *loader) {
  lathe_batch batch;
  char text[8];
  lathe_loader *none[] = {
      NULL, (lathe_loader *)1, (lathe_loader *)0x123456789, (lathe_loader *)cache};
  for (int i = 0; i < 4; i++) {
    refused(lathe_loader_next(none[i], &batch, 0), LATHE_ERROR_HANDLE, "handle");
    refused(lathe_loader_release(none[i], 0), LATHE_ERROR_HANDLE, "handle");
    refused(lathe_loader_state(none[i], text, 8), LATHE_ERROR_HANDLE, "handle");
    refused(lathe_loader_describe(none[i], text, 8), LATHE_ERROR_HANDLE, "handle");
    refused(lathe_loader_track_id(none[i], 0, text, 8), LATHE_ERROR_HANDLE, "handle");
    refused(lathe_loader_stop(none[i]), LATHE_ERROR_HANDLE, "handle");
    refused(lathe_loader_close(none[i]), LATHE_ERROR_HANDLE, "handle");
  }
  refused(lathe_close((lathe_cache *)loader), LATHE_ERROR_HANDLE, "loader");
  refused(lathe_describe((lathe_cache *)loader, text, 8), LATHE_ERROR_HANDLE, "loader");
  refused(lathe_describe(cache, NULL, 8), LATHE_ERROR_ARGUMENT, "NULL");
  refused(lathe_describe(cache, text, -1), LATHE_ERROR_ARGUMENT, "capacity");
  refused(lathe_loader_next(loader, NULL, 0), LATHE_ERROR_ARGUMENT, "NULL");
  refused(lathe_loader_release(loader, -1), LATHE_ERROR_SLOT, "-1");
}

static void check_configurations(lathe_cache *cache) {
  const char *wrong[][2] = {
      {"", "JSON"},
      {"[]", "object"},
      {"{}", "view"},
      {"{\"view\": 3}", "view"},
      {"{\"view\": \"features\", \"batch_size\": 0}", "batch_size"},
      {"{\"view\": \"features\", \"batchsize\": 1}", "batchsize"},
      {"{\"view\": \"features\", \"seed\": 1.5}", "seed"},
      {"{\"view\": \"features\", \"sampling\": {\"labels\": {\"rock\": NaN}}}", "NaN"},
      {"{\"view\": \"features\", \"sampling\": \"balancd\"}", "did you mean balanced"},
      {"{\"view\": \"features\", \"sampling\": {\"label\": {}}}", "sampling.label is not known"},
      {"{\"view\": \"features\", \"sampling\": {\"labels\": {\"pop\": \"1\"}}}",
       "sampling.labels.pop"},
      {"{\"view\": \"features\", \"normalisation\": {\"axis\": \"last\"}}", "normalisation.axis"},
      {"{\"view\": \"features\", \"sources\": [{\"weight\": 1}]}", "sources[0].cache"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    REQUIRE(lathe_loader_open(cache, wrong[i][0]) == NULL);
    refused(lathe_last_error_code(), LATHE_ERROR_CONFIGURATION, wrong[i][1]);
  }
  REQUIRE(lathe_loader_open(cache, NULL) == NULL);
  refused(lathe_last_error_code(), LATHE_ERROR_ARGUMENT, "configuration");
  REQUIRE(lathe_loader_open(cache, "{\"view\": \"mel\"}") == NULL);
  refused(lathe_last_error_code(), LATHE_ERROR_NOT_FOUND, "features");
  REQUIRE(lathe_loader_open(NULL, "{\"view\": \"mel\"}") == NULL);
  refused(lathe_last_error_code(), LATHE_ERROR_HANDLE, "NULL");
}

/* A child is refused what its parent opened, may close it, and opens anew. */
static void check_fork(const char *path, lathe_cache *cache, lathe_loader *loader) {
  fflush(NULL);
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    lathe_batch batch;
    refused(lathe_loader_next(loader, &batch, 0), LATHE_ERROR_FORKED, "process");
    refused(lathe_describe(cache, NULL, 0), LATHE_ERROR_FORKED, "fork");
    REQUIRE(lathe_loader_close(loader) == LATHE_OK);
    REQUIRE(lathe_close(cache) == LATHE_OK);
    lathe_cache *own = lathe_open(path);
    REQUIRE(own != NULL);
    lathe_loader *another = lathe_loader_open(own, "{\"view\": \"features\"}");
    REQUIRE(another != NULL && lathe_loader_next(another, &batch, -1) == LATHE_BATCH);
    exit(0);
  }
  int status;
  REQUIRE(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Forks while threads of a loader are at work: no child finds a lock that one of them held. */
static void check_forks_at_work(const char *path, lathe_cache *cache) {
  lathe_loader *loader = lathe_loader_open(
      cache, "{\"view\": \"features\", \"batch_size\": 2, \"epochs\": null, \"threads\": 3}");
  REQUIRE(loader != NULL);
  for (int i = 0; i < 30; i++) {
    lathe_batch batch;
    for (int taken = 0; taken < 40 + i; taken++) {
      REQUIRE(lathe_loader_next(loader, &batch, -1) == LATHE_BATCH);
      REQUIRE(lathe_loader_release(loader, batch.slot) == LATHE_OK);
    }
    fflush(NULL);
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      alarm(20);
      lathe_cache *own = lathe_open(path);
      REQUIRE(own != NULL);
      lathe_loader *another = lathe_loader_open(own, "{\"view\": \"features\", \"threads\": 2}");
      REQUIRE(another != NULL && lathe_loader_next(another, &batch, -1) == LATHE_BATCH);
      _exit(0);
    }
    int status;
    REQUIRE(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  REQUIRE(lathe_loader_close(loader) == LATHE_OK);
}

/* Takes batches until the loader is closed. What was lent can be read and given back, then, too. */
static void *takes_until_closed(void *loader) {
  while (1) {
    lathe_batch batch;
    int32_t code = lathe_loader_next(loader, &batch, -1);
    if (code != LATHE_BATCH) {
      REQUIRE(code == LATHE_ERROR_STOPPED || code == LATHE_ERROR_HANDLE);
      return NULL;
    }
    float first = *(float *)batch.inputs;
    REQUIRE(first >= -1 && first <= 1 && batch.labels[0] >= 0 && batch.labels[0] < 2);
    REQUIRE(lathe_loader_release(loader, batch.slot) == LATHE_OK);
  }
}

/* Closes loaders under threads that take batches from them, at a moment that moves on. */
static void check_threads(lathe_cache *cache) {
  for (int round = 0; round < 400; round++) {
    const char *configurations[] = {
        "{\"view\": \"features\", \"batch_size\": 1, \"epochs\": null, \"threads\": 0}",
        "{\"view\": \"features\", \"batch_size\": 1, \"epochs\": null, \"threads\": 1}"};
    lathe_loader *loader = lathe_loader_open(cache, configurations[round % 4 == 3]);
    REQUIRE(loader != NULL);
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
      REQUIRE(pthread_create(&threads[i], NULL, takes_until_closed, loader) == 0);
    }
    for (volatile int wait = 0; wait < 500 * (round % 100); wait++) {
    }
    REQUIRE(lathe_loader_close(loader) == LATHE_OK);
    for (int i = 0; i < 2; i++) REQUIRE(pthread_join(threads[i], NULL) == 0);
    refused(lathe_loader_close(loader), LATHE_ERROR_HANDLE, "handle");
  }
}

/* What one of several threads that share a loader took: how often each slice of each track. */
struct share {
  lathe_loader *loader;
  int taken[4][2];
};

static void *takes_until_the_end(void *argument) {
  struct share *share = argument;
  lathe_batch batch;
  int32_t code;
  while ((code = lathe_loader_next(share->loader, &batch, -1)) == LATHE_BATCH) {
    for (int64_t row = 0; row < batch.count; row++) {
      share->taken[batch.tracks[row]][batch.slices[row]]++;
    }
    REQUIRE(lathe_loader_release(share->loader, batch.slot) == LATHE_OK);
  }
  REQUIRE(code == LATHE_END);
  return NULL;
}

/* Each batch goes to one of the threads that share a loader: together they see every sample once an
 * epoch, and both come to the end. */
static void check_shared_batches(lathe_cache *cache) {
  enum { EPOCHS = 200 };
  lathe_loader *loader = lathe_loader_open(
      cache, "{\"view\": \"features\", \"batch_size\": 3, \"epochs\": 200, \"threads\": 2}");
  REQUIRE(loader != NULL);
  struct share shares[2] = {{.loader = loader}, {.loader = loader}};
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) {
    REQUIRE(pthread_create(&threads[i], NULL, takes_until_the_end, &shares[i]) == 0);
  }
  for (int i = 0; i < 2; i++) REQUIRE(pthread_join(threads[i], NULL) == 0);
  for (int track = 0; track < 4; track++) {
    for (int slice = 0; slice < 2; slice++) {
      REQUIRE(shares[0].taken[track][slice] + shares[1].taken[track][slice] == EPOCHS);
    }
  }
  REQUIRE(lathe_loader_close(loader) == LATHE_OK);
}

/* A thread begins without an error, and has its own. */
static void *fails(void *unused) {
  (void)unused;
  REQUIRE(lathe_last_error_code() == LATHE_OK && strcmp(lathe_last_error(), "") == 0);
  REQUIRE(lathe_open("/nowhere/of/another/thread") == NULL);
  refused(lathe_last_error_code(), LATHE_ERROR_NOT_FOUND, "/nowhere/of/another/thread");
  return NULL;
}

static void check_errors_of_threads(void) {
  refused(lathe_loader_close(NULL), LATHE_ERROR_HANDLE, "NULL");
  const char *mine = lathe_last_error();
  pthread_t thread;
  REQUIRE(pthread_create(&thread, NULL, fails, NULL) == 0);
  REQUIRE(pthread_join(thread, NULL) == 0);
  refused(lathe_last_error_code(), LATHE_ERROR_HANDLE, "NULL");
  REQUIRE(lathe_last_error() == mine);
}

/* What a side shares with the one that is learnt from: a take of a song, and its artist. */
static void check_overlap(lathe_cache *cache) {
  char text[1024];
  const char *asked = "{\"view\": \"features\", \"split\": \"halves\", \"measured\": \"test\"}";
  int64_t length = lathe_overlap(cache, asked, text, sizeof text);
  REQUIRE(length > 0 && strlen(text) == (size_t)length);
  REQUIRE(strcmp(text, "{\"artists\":1,\"learnt_tracks\":0,\"recordings\":1,\"shared_artists\":1,"
                       "\"tracks\":2,\"unknown_artists\":1}") == 0);
  const char *itself = "{\"view\": \"features\", \"split\": \"halves\", \"side\": \"test\", "
                       "\"measured\": \"test\"}";
  REQUIRE(lathe_overlap(cache, itself, text, sizeof text) > 0);
  REQUIRE(strstr(text, "\"learnt_tracks\":2") && strstr(text, "\"tracks\":2"));
  refused(lathe_overlap(cache, "{\"view\": \"features\", \"split\": \"halves\"}", text, 8),
          LATHE_ERROR_CONFIGURATION, "measured");
  refused(
      lathe_overlap(
          cache, "{\"view\": \"features\", \"split\": \"halves\", \"measured\": \"best\"}",
          text, 8),
      LATHE_ERROR_NOT_FOUND, "best");
  refused(lathe_overlap(NULL, asked, text, 8), LATHE_ERROR_HANDLE, "NULL");
}

/* Samples by their numbers: the same numbers as a loader's, and refusals. */
static void check_samples(lathe_cache *cache, lathe_loader *loader) {
  char text[4096];
  REQUIRE(lathe_tracks(cache, text, sizeof text) > 0);
  REQUIRE(strstr(text, "\"id\":\"pop.1\"") && strstr(text, "\"verdicts\":[]"));
  lathe_samples *samples = lathe_samples_open(cache, "{\"view\": \"features\"}");
  REQUIRE(samples != NULL);
  REQUIRE(lathe_samples_describe(samples, text, sizeof text) > 0);
  REQUIRE(strstr(text, "\"samples\":8") && strstr(text, "\"bytes\":228"));

  lathe_loader *ordered = lathe_loader_open(
      cache, "{\"view\": \"features\", \"batch_size\": 8, \"shuffle\": false}");
  lathe_batch batch;
  REQUIRE(ordered != NULL && lathe_loader_next(ordered, &batch, -1) == LATHE_BATCH);
  int64_t numbers[] = {7, 0, 3, 7}, labels[8], tracks[8], slices[8];
  float rows[4 * 57];
  REQUIRE(lathe_samples_read(samples, numbers, 4, rows) == LATHE_OK);
  REQUIRE(lathe_samples_places(samples, 0, 8, labels, tracks, slices) == LATHE_OK);
  for (int row = 0; row < 4; row++) {
    REQUIRE(memcmp(rows + 57 * row, (float *)batch.inputs + 57 * numbers[row], 57 * 4) == 0);
  }
  for (int row = 0; row < 8; row++) {
    REQUIRE(labels[row] == batch.labels[row] && tracks[row] == batch.tracks[row]);
    REQUIRE(slices[row] == batch.slices[row]);
  }
  REQUIRE(lathe_samples_places(samples, 7, 1, NULL, tracks, NULL) == LATHE_OK);
  REQUIRE(lathe_samples_track_id(samples, tracks[0], text, sizeof text) == 6);
  REQUIRE(strcmp(text, "rock.2") == 0);
  REQUIRE(lathe_loader_close(ordered) == LATHE_OK);

  int64_t beyond[] = {0, 8, -1};
  refused(lathe_samples_read(samples, beyond, 2, rows), LATHE_ERROR_NOT_FOUND, "sample 8");
  refused(lathe_samples_read(samples, beyond + 2, 1, rows), LATHE_ERROR_NOT_FOUND, "sample -1");
  refused(lathe_samples_read(samples, beyond, -1, rows), LATHE_ERROR_ARGUMENT, "-1");
  refused(lathe_samples_places(samples, 1, 8, labels, NULL, NULL), LATHE_ERROR_ARGUMENT, "8");
  refused(lathe_samples_places(samples, INT64_MAX, INT64_MAX, labels, NULL, NULL),
          LATHE_ERROR_ARGUMENT, "8");
  refused(lathe_samples_track_id(samples, 9, text, 8), LATHE_ERROR_NOT_FOUND, "9");
  REQUIRE(lathe_samples_open(cache, "{\"view\": \"features\", \"seed\": 1}") == NULL);
  refused(lathe_last_error_code(), LATHE_ERROR_CONFIGURATION, "seed");
  refused(lathe_samples_close((lathe_samples *)loader), LATHE_ERROR_HANDLE, "loader");
  REQUIRE(lathe_samples_close(samples) == LATHE_OK);
  refused(lathe_samples_close(samples), LATHE_ERROR_HANDLE, "closed");
}

int main(int count, char **arguments) {
  REQUIRE(count == 2);
  REQUIRE(lathe_abi_version() == LATHE_ABI_VERSION);
  REQUIRE(lathe_last_error_code() == LATHE_OK && strcmp(lathe_last_error(), "") == 0);
  REQUIRE(lathe_open("/nowhere") == NULL);
  refused(lathe_last_error_code(), LATHE_ERROR_NOT_FOUND, "/nowhere");

  lathe_cache *cache = lathe_open(arguments[1]);
  REQUIRE(cache != NULL);
  char text[16384], shorter[16];
  int64_t length = lathe_describe(cache, text, sizeof text);
  REQUIRE(length > 0 && length < (int64_t)sizeof text && text[length] == 0);
  REQUIRE(strstr(text, "\"labels\":[\"pop\",\"rock\"]") && strstr(text, "\"shape\":[57]"));
  REQUIRE(lathe_describe(cache, NULL, 0) == length);
  REQUIRE(lathe_describe(cache, shorter, sizeof shorter) == length);
  REQUIRE(strlen(shorter) == 15 && strncmp(shorter, text, 15) == 0);

  check_configurations(cache);
  lathe_loader *loader = lathe_loader_open(
      cache, "{\"view\": \"features\", \"batch_size\": 3, \"seed\": 7, \"prefetch\": 1}");
  REQUIRE(loader != NULL);
  check_handles(cache, loader);
  check_fork(arguments[1], cache, loader);
  check_forks_at_work(arguments[1], cache);
  check_threads(cache);
  check_shared_batches(cache);
  check_errors_of_threads();
  check_overlap(cache);
  check_samples(cache, loader);

  /* Four tracks of two slices. Whoever gives none back is refused in the end. */
  lathe_batch batches[3], batch;
  int64_t samples = 0;
  for (int i = 0; i < 3; i++) {
    REQUIRE(lathe_loader_next(loader, &batches[i], -1) == LATHE_BATCH);
    batch = batches[i];
    REQUIRE(batch.count == (i < 2 ? 3 : 2) && batch.epoch == 0 && batch.index == i);
    REQUIRE(batch.axes == 1 && batch.shape[0] == 57 && batch.shape[1] == 0);
    REQUIRE(batch.type == LATHE_FLOAT32 && batch.label_distributions == NULL);
    REQUIRE(batch.ends_epoch == (i == 2) && (uintptr_t)batch.inputs % 64 == 0);
    for (int64_t row = 0; row < batch.count; row++) {
      REQUIRE(batch.labels[row] >= 0 && batch.labels[row] < 2);
      REQUIRE(batch.slices[row] >= 0 && batch.slices[row] < 2);
      REQUIRE(lathe_loader_track_id(loader, batch.tracks[row], text, sizeof text) > 0);
      REQUIRE((batch.labels[row] == 0) == (strncmp(text, "pop.", 4) == 0));
      float first = ((float *)batch.inputs)[57 * row];
      REQUIRE(first >= -1 && first <= 1);
    }
    samples += batch.count;
    if (i == 0) {
      REQUIRE(lathe_loader_state(loader, text, sizeof text) > 0);
      REQUIRE(strstr(text, "\"position\":3") && strstr(text, "\"seed\":7"));
    }
  }
  REQUIRE(samples == 8);
  REQUIRE(lathe_loader_next(loader, &batch, -1) == LATHE_END);
  refused(lathe_loader_track_id(loader, 4, text, 8), LATHE_ERROR_NOT_FOUND, "4");
  refused(lathe_loader_track_id(loader, -1, text, 8), LATHE_ERROR_NOT_FOUND, "-1");

  /* The loader outlives its cache, and what is borrowed outlives both. */
  REQUIRE(lathe_close(cache) == LATHE_OK);
  refused(lathe_close(cache), LATHE_ERROR_HANDLE, "closed");
  REQUIRE(lathe_loader_release(loader, batches[0].slot) == LATHE_OK);
  refused(lathe_loader_release(loader, batches[0].slot), LATHE_ERROR_SLOT, "borrowed");
  REQUIRE(lathe_loader_stop(loader) == LATHE_OK);
  refused(lathe_loader_next(loader, &batch, -1), LATHE_ERROR_STOPPED, "closed");
  REQUIRE(lathe_loader_close(loader) == LATHE_OK);
  refused(lathe_loader_state(loader, text, 8), LATHE_ERROR_HANDLE, "closed");
  float kept = ((float *)batches[1].inputs)[0];
  REQUIRE(kept >= -1 && kept <= 1);
  REQUIRE(lathe_loader_release(loader, batches[1].slot) == LATHE_OK);
  REQUIRE(lathe_loader_release(loader, batches[2].slot) == LATHE_OK);
  refused(lathe_loader_release(loader, batches[2].slot), LATHE_ERROR_HANDLE, "handle");
  puts("done");
  return 0;
}
