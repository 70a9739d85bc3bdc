// A bare sender and a bare receiver, to measure a server beside.
//
//   serving send BYTES COUNT        prints its port, then sends COUNT frames of BYTES by writev
//   serving receive PORT REQUEST    sends the request and reads until the end
//
// The receiver prints bytes, seconds from the first byte on, and its processor seconds.
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

static double processor(void) {
  struct rusage use;
  getrusage(RUSAGE_SELF, &use);
  return use.ru_utime.tv_sec + use.ru_stime.tv_sec +
         (use.ru_utime.tv_usec + use.ru_stime.tv_usec) * 1e-6;
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static int send_frames(size_t bytes, long count) {
  // Four frames in turn, as a ring of batches has, so that they do not lie in the caches.
  enum { ring = 4 };
  char *frames = malloc(ring * bytes);
  memset(frames, 1, ring * bytes);
  struct sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 1)) return 1;
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  int client = accept(listener, NULL, NULL);
  char request[4096];
  if (read(client, request, sizeof request) <= 0) return 1;
  for (long i = 0; i < count; i++) {
    uint64_t length = bytes;
    struct iovec parts[2] = {{&length, 8}, {frames + i % ring * bytes, bytes}};
    size_t sent = 0;
    while (sent < 8 + bytes) {
      struct iovec left[2];
      int used = 0;
      if (sent < 8) left[used++] = (struct iovec){(char *)parts[0].iov_base + sent, 8 - sent};
      size_t body = sent < 8 ? 0 : sent - 8;
      left[used++] = (struct iovec){(char *)parts[1].iov_base + body, bytes - body};
      ssize_t more = writev(client, left, used);
      if (more <= 0) return 1;
      sent += more;
    }
  }
  close(client);
  fprintf(stderr, "%.6f\n", processor());
  return 0;
}

static int receive(int port, const char *request) {
  struct sockaddr_in address = loopback(port);
  int server = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(server, (struct sockaddr *)&address, sizeof address)) return 1;
  if (write(server, request, strlen(request)) < 0) return 1;
  size_t room = 1 << 20, all = 0;
  char *buffer = malloc(room);
  double start = 0;
  ssize_t count;
  while ((count = read(server, buffer, room)) > 0) {
    if (!all) start = now();
    all += count;
  }
  printf("%zu %.6f %.6f\n", all, now() - start, processor());
  return 0;
}

int main(int count, char **arguments) {
  if (count == 4 && !strcmp(arguments[1], "send"))
    return send_frames(strtoull(arguments[2], NULL, 10), atol(arguments[3]));
  if (count == 4 && !strcmp(arguments[1], "receive")) return receive(atoi(arguments[2]), arguments[3]);
  return 2;
}
