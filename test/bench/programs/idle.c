/* Does nothing for as many seconds as its argument says: a thread waits for another, which waits for a file that never is ready, until the time is over. */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int milliseconds;

static void *wait_for_nothing(void *unused) {
  int ends[2];
  if (pipe(ends) != 0) {
    perror("pipe");
    exit(1);
  }
  struct pollfd never = {.fd = ends[0], .events = POLLIN};
  poll(&never, 1, milliseconds);
  return unused;
}

int main(int argc, char *argv[]) {
  pthread_t thread;
  milliseconds = argc > 1 ? atoi(argv[1]) * 1000 : 0;
  if (pthread_create(&thread, NULL, wait_for_nothing, NULL) != 0 || pthread_join(thread, NULL) != 0) {
    perror("thread");
    return 1;
  }
  puts("idle: done");
  return 0;
}
