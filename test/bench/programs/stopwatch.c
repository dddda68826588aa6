/*
 * stopwatch [-s] PROGRAM ARGUMENTS...: starts a program and prints how long it took from its start to its end, in nanoseconds, its
 * exit status, and the processor time it used, in nanoseconds, on file descriptor 9. The program's standard input is empty.
 *
 * -s: the program gets connected sockets as descriptors 3 and 4. What comes from the first goes to standard output, from
 * the second to descriptor 8.
 *
 * It is C because node takes milliseconds to start a program, and not always the same number.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RESULT = 9, CONTROL = 8 };

static void fail(const char *what) {
  fprintf(stderr, "stopwatch: %s: %s\n", what, strerror(errno));
  exit(125);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/* Copy what `from` holds; false at its end. */
static int drain(int from, int to) {
  char buffer[65536];
  ssize_t n = read(from, buffer, sizeof buffer);
  for (ssize_t done = 0; done < n;) {
    ssize_t written = write(to, buffer + done, (size_t)(n - done));
    if (written < 0) {
      fail("write");
    }
    done += written;
  }
  return n > 0;
}

/* The same file at a number from 10 on. */
static int renumber(int fd) {
  int other = fcntl(fd, F_DUPFD_CLOEXEC, 10);
  if (other < 0) {
    fail("fcntl");
  }
  close(fd);
  return other;
}

static pid_t start(char *const argv[], int console, int control) {
  pid_t child = vfork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int null = open("/dev/null", O_RDONLY);
    dup2(null, 0);
    if (console >= 0) {
      dup2(console, 3);
      dup2(control, 4);
    }
    closefrom(console >= 0 ? 5 : 3);
    execvp(argv[0], argv);
    _exit(127);
  }
  return child;
}

int main(int argc, char *argv[]) {
  int sockets = argc > 1 && strcmp(argv[1], "-s") == 0;
  char **command = argv + 1 + sockets;
  if (*command == NULL) {
    fprintf(stderr, "usage: stopwatch [-s] program...\n");
    return 2;
  }
  int console[2] = {-1, -1}, control[2] = {-1, -1};
  if (sockets && (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, console) != 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) != 0)) {
    fail("socketpair");
  }
  /* The numbers the program wants must not be ours. */
  for (int i = 0; sockets && i < 2; i++) {
    console[i] = renumber(console[i]);
    control[i] = renumber(control[i]);
  }
  int64_t begin = now();
  pid_t child = start(command, console[1], control[1]);
  if (child < 0) {
    fail("vfork");
  }
  if (sockets) {
    close(console[1]);
    close(control[1]);
    struct pollfd open[2] = {{console[0], POLLIN, 0}, {control[0], POLLIN, 0}};
    while (open[0].fd >= 0 || open[1].fd >= 0) {
      if (poll(open, 2, -1) < 0) {
        fail("poll");
      }
      for (int i = 0; i < 2; i++) {
        if (open[i].fd >= 0 && open[i].revents != 0 && !drain(open[i].fd, i == 0 ? 1 : CONTROL)) {
          open[i].fd = -1;
        }
      }
    }
  }
  int status;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) != child) {
    fail("wait4");
  }
  int64_t elapsed = now() - begin;
  int64_t used = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000000) + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * INT64_C(1000);
  dprintf(RESULT, "%lld %d %lld\n", (long long)elapsed, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), (long long)used);
  return 0;
}
