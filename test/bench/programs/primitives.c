/*
 * What the parts of processes, threads, signals, memory and waiting cost: prints a line "NAME NS" for each, nanoseconds for one operation,
 * the median of several rounds. Only "exec" starts this program again: with the argument "nothing" it ends at once.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 5, WATCHED = 100, PAGE = 4096 };
static const double LEAST_SECONDS = 0.03;

static void must(int good, const char *what) {
  if (!good) {
    perror(what);
    exit(1);
  }
}

/* --- two sides that answer each other --- */

static int there[2], back[2];

static void answer(void) {
  char byte;
  while (read(there[0], &byte, 1) == 1 && byte != 'q') {
    must(write(back[1], &byte, 1) == 1, "write");
  }
}

static void *answer_in_thread(void *unused) {
  answer();
  return unused;
}

static void round_trips(long count) {
  char byte = 'x';
  for (long i = 0; i < count; i++) {
    must(write(there[1], &byte, 1) == 1 && read(back[0], &byte, 1) == 1, "round trip");
  }
}

static void pipes_open(void) { must(pipe(there) == 0 && pipe(back) == 0, "pipe"); }

static void pipes_close(void) {
  for (int i = 0; i < 2; i++) {
    close(there[i]);
    close(back[i]);
  }
}

static pthread_t peer;
static pid_t child;

static void threads_begin(void) {
  pipes_open();
  must(pthread_create(&peer, NULL, answer_in_thread, NULL) == 0, "pthread_create");
}

static void threads_end(void) {
  must(write(there[1], "q", 1) == 1, "write");
  pthread_join(peer, NULL);
  pipes_close();
}

static void processes_begin(void) {
  pipes_open();
  child = fork();
  must(child >= 0, "fork");
  if (child == 0) {
    answer();
    _exit(0);
  }
}

static void processes_end(void) {
  must(write(there[1], "q", 1) == 1, "write");
  waitpid(child, NULL, 0);
  pipes_close();
}

static uint32_t turn; /* 0: main thread's, 1: the other's, 2: the end */

static void wait_while(uint32_t value) {
  while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) == value) {
    syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
  }
}

static void pass_to(uint32_t value) {
  __atomic_store_n(&turn, value, __ATOMIC_RELEASE);
  syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *take_turns(void *unused) {
  for (;;) {
    wait_while(0);
    if (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) == 2) {
      return unused;
    }
    pass_to(0);
  }
}

static void futex_begin(void) {
  turn = 0;
  must(pthread_create(&peer, NULL, take_turns, NULL) == 0, "pthread_create");
}

static void futex_trips(long count) {
  for (long i = 0; i < count; i++) {
    pass_to(1);
    wait_while(1);
  }
}

static void futex_end(void) {
  pass_to(2);
  pthread_join(peer, NULL);
}

/* --- new threads and processes --- */

static void *nothing(void *unused) { return unused; }

static void threads(long count) {
  for (long i = 0; i < count; i++) {
    pthread_t thread;
    must(pthread_create(&thread, NULL, nothing, NULL) == 0, "pthread_create");
    pthread_join(thread, NULL);
  }
}

static void wait_for(pid_t pid) {
  int status;
  must(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, "child");
}

static void forks(long count) {
  for (long i = 0; i < count; i++) {
    pid_t pid = fork();
    if (pid == 0) {
      _exit(0);
    }
    wait_for(pid);
  }
}

static void execs(long count) {
  char *const argv[] = {"primitives", "nothing", NULL}, *const envp[] = {NULL};
  for (long i = 0; i < count; i++) {
    pid_t pid = fork();
    if (pid == 0) {
      execve("/proc/self/exe", argv, envp);
      _exit(127);
    }
    wait_for(pid);
  }
}

/* --- memory --- */

static void faults(long count) {
  char *memory = mmap(NULL, (size_t)count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  must(memory != MAP_FAILED, "mmap");
  for (long i = 0; i < count; i++) {
    memory[i * PAGE] = 1;
  }
  munmap(memory, (size_t)count * PAGE);
}

static void mappings(long count) {
  for (long i = 0; i < count; i++) {
    void *memory = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must(memory != MAP_FAILED && munmap(memory, 4 * PAGE) == 0, "mmap");
  }
}

static char *protected;

static void protect_begin(void) {
  protected = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  must(protected != MAP_FAILED, "mmap");
}

/* Two calls: away and back, the page written in between. */
static void protections(long count) {
  for (long i = 0; i < count; i++) {
    must(mprotect(protected, PAGE, i & 1 ? PROT_READ | PROT_WRITE : PROT_READ) == 0, "mprotect");
    if (i & 1) {
      *protected = 1;
    }
  }
}

static void protect_end(void) { munmap(protected, PAGE); }

/* --- signals --- */

static volatile sig_atomic_t handled;
static void handler(int number) { handled = number; }
static void signal_begin(void) { signal(SIGUSR1, handler); }

static void signals(long count) {
  for (long i = 0; i < count; i++) {
    raise(SIGUSR1);
  }
}

/* --- waiting for descriptors --- */

static int watched[WATCHED], epoll;

static void watched_open(void) {
  for (int i = 0; i < WATCHED; i++) {
    watched[i] = eventfd(0, EFD_NONBLOCK);
    must(watched[i] >= 0, "eventfd");
  }
}

static void watched_close(void) {
  for (int i = 0; i < WATCHED; i++) {
    close(watched[i]);
  }
}

static void select_begin(void) {
  watched_open();
  eventfd_write(watched[WATCHED - 1], 1);
}

static void selects(long count) {
  for (long i = 0; i < count; i++) {
    fd_set set;
    FD_ZERO(&set);
    for (int j = 0; j < WATCHED; j++) {
      FD_SET(watched[j], &set);
    }
    must(select(watched[WATCHED - 1] + 1, &set, NULL, NULL, NULL) == 1, "select");
  }
}

static void epoll_begin(void) {
  watched_open();
  epoll = epoll_create1(0);
  for (int i = 0; i < WATCHED; i++) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = watched[i]};
    must(epoll_ctl(epoll, EPOLL_CTL_ADD, watched[i], &event) == 0, "epoll_ctl");
  }
}

/* As a server: somebody writes, epoll_wait tells of it, it is read. */
static void epolls(long count) {
  for (long i = 0; i < count; i++) {
    struct epoll_event event;
    eventfd_t value;
    must(eventfd_write(watched[i % WATCHED], 1) == 0 && epoll_wait(epoll, &event, 1, -1) == 1 && eventfd_read(event.data.fd, &value) == 0, "epoll");
  }
}

static void epoll_end(void) {
  close(epoll);
  watched_close();
}

static const struct {
  const char *name;
  void (*begin)(void), (*run)(long count), (*end)(void);
} primitives[] = {
  {"pipe-threads", threads_begin, round_trips, threads_end},
  {"pipe-processes", processes_begin, round_trips, processes_end},
  {"futex", futex_begin, futex_trips, futex_end},
  {"thread", NULL, threads, NULL},
  {"fork", NULL, forks, NULL},
  {"exec", NULL, execs, NULL},
  {"fault", NULL, faults, NULL},
  {"mmap", NULL, mappings, NULL},
  {"mprotect", protect_begin, protections, protect_end},
  {"signal", signal_begin, signals, NULL},
  {"select", select_begin, selects, watched_close},
  {"epoll", epoll_begin, epolls, epoll_end},
};

static double seconds(void (*what)(long), long count) {
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  what(count);
  clock_gettime(CLOCK_MONOTONIC, &end);
  return (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) * 1e-9;
}

/* How often it takes to last long enough for the clock; for pages, no more than fit into a small machine. */
static long calibrated(void (*what)(long)) {
  long count = 16;
  while (seconds(what, count) < LEAST_SECONDS && (what != faults || count < 4096)) {
    count *= 2;
  }
  return count;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char *argv[]) {
  if (argc > 1 && strcmp(argv[1], "nothing") == 0) {
    return 0;
  }
  for (size_t i = 0; i < sizeof primitives / sizeof *primitives; i++) {
    if (argc > 1 && strcmp(argv[1], primitives[i].name) != 0) {
      continue;
    }
    if (primitives[i].begin) {
      primitives[i].begin();
    }
    long count = calibrated(primitives[i].run);
    double ns[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      ns[round] = seconds(primitives[i].run, count) / (double)count * 1e9;
    }
    if (primitives[i].end) {
      primitives[i].end();
    }
    qsort(ns, ROUNDS, sizeof *ns, ascending);
    printf("%s %.1f\n", primitives[i].name, ns[ROUNDS / 2]);
    fflush(stdout);
  }
  return 0;
}
