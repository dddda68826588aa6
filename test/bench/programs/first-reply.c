/*
 * first-reply [-s] ADDRESS PORT REQUEST [PROGRAM ARGUMENTS...]: starts a program, if one is given, and prints how long it took from its start to the first byte that
 * answers REQUEST (C's \r and \n are understood) at ADDRESS:PORT, in nanoseconds, on standard output. The program is then killed. Without a program: how long from now.
 *
 * -s: the program gets connected sockets as descriptors 3 and 4; what comes from them is thrown away.
 *
 * A new connection is tried every two milliseconds, later at every hundredth of the time so far, while the old ones stay open, since an early one may be refused, or its
 * first packet lost, while nobody listens yet. Once there is one, which may be with somebody in between only, and REQUEST is on its way, the next is tried ten times as much
 * later, unless it is closed before: a crowd of connections would be part of what is measured.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 48, BETWEEN_MS = 2, ASKED_TIMES = 10, LIMIT_S = 60 };

/* Behind the tries: this end of the program's sockets. */
static struct pollfd tries[MOST + 2];

static void fail(const char *what) {
  fprintf(stderr, "first-reply: %s: %s\n", what, strerror(errno));
  exit(125);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/* \r and \n in `text` become what they mean; the length. */
static size_t unescape(char *text) {
  size_t length = 0;
  for (const char *from = text; *from != '\0'; from++) {
    if (from[0] == '\\' && (from[1] == 'r' || from[1] == 'n')) {
      text[length++] = *++from == 'r' ? '\r' : '\n';
    } else {
      text[length++] = *from;
    }
  }
  return length;
}

static pid_t start(char *const argv[], int sockets) {
  int console[2] = {-1, -1}, control[2] = {-1, -1};
  if (sockets && (socketpair(AF_UNIX, SOCK_STREAM, 0, console) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, control) != 0)) {
    fail("socketpair");
  }
  /* The program's ends move out of the way of the numbers it wants. */
  int mine = sockets ? fcntl(console[1], F_DUPFD_CLOEXEC, 20) : -1, other = sockets ? fcntl(control[1], F_DUPFD_CLOEXEC, 20) : -1;
  tries[MOST] = (struct pollfd){console[0], POLLIN, 0};
  tries[MOST + 1] = (struct pollfd){control[0], POLLIN, 0};
  pid_t child = vfork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(null, 1);
    if (sockets) {
      dup2(mine, 3);
      dup2(other, 4);
    }
    closefrom(sockets ? 5 : 3);
    execvp(argv[0], argv);
    _exit(127);
  }
  if (child < 0) {
    fail("vfork");
  }
  return child;
}

/* A connection on its way in place `i`, instead of the one that was there. */
static void try(int i, const struct sockaddr_in *to) {
  if (tries[i].fd >= 0) {
    close(tries[i].fd);
  }
  tries[i] = (struct pollfd){socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), POLLOUT, 0};
  if (tries[i].fd < 0 || (connect(tries[i].fd, (const struct sockaddr *)to, sizeof *to) != 0 && errno != EINPROGRESS)) {
    close(tries[i].fd);
    tries[i].fd = -1;
  }
}

enum outcome { ASKED, ANSWERED, CLOSED };

/* Something has happened to a try. */
static enum outcome look(struct pollfd *one, const char *request, size_t length) {
  char byte;
  if (one->events == POLLOUT) {
    if (send(one->fd, request, length, MSG_NOSIGNAL) == (ssize_t)length) {
      one->events = POLLIN;
      return ASKED;
    }
  } else if (read(one->fd, &byte, 1) == 1) {
    return ANSWERED;
  }
  close(one->fd);
  one->fd = -1;
  return CLOSED;
}

/* How long to wait before the next try. */
static int64_t between(int64_t so_far) {
  int64_t least = BETWEEN_MS * INT64_C(1000000);
  return so_far / 100 > least ? so_far / 100 : least;
}

/* Read what a socket of the program's holds: one that is full would stop it. */
static void discard(struct pollfd *from) {
  char buffer[4096];
  if (from->fd >= 0 && from->revents != 0 && read(from->fd, buffer, sizeof buffer) <= 0) {
    from->fd = -1;
  }
}

int main(int argc, char *argv[]) {
  int sockets = argc > 1 && strcmp(argv[1], "-s") == 0;
  char **words = argv + sockets;
  struct sockaddr_in to = {.sin_family = AF_INET};
  if (argc - sockets < 4 || inet_pton(AF_INET, words[1], &to.sin_addr) != 1) {
    fprintf(stderr, "usage: first-reply [-s] address port request [program...]\n");
    return 2;
  }
  to.sin_port = htons((uint16_t)atoi(words[2]));
  size_t length = unescape(words[3]);
  for (int i = 0; i < MOST + 2; i++) {
    tries[i].fd = -1;
  }
  int64_t begin = now(), next = begin;
  pid_t child = words[4] != NULL ? start(words + 4, sockets) : 0;
  for (int at = 0; now() < begin + LIMIT_S * INT64_C(1000000000);) {
    if (now() >= next) {
      try(at, &to);
      at = (at + 1) % MOST;
      next = now() + between(now() - begin);
    }
    if (poll(tries, MOST + 2, 1) < 0 && errno != EINTR) {
      fail("poll");
    }
    discard(&tries[MOST]);
    discard(&tries[MOST + 1]);
    for (int i = 0; i < MOST; i++) {
      if (tries[i].fd < 0 || tries[i].revents == 0) {
        continue;
      }
      int64_t elapsed = now() - begin;
      switch (look(&tries[i], words[3], length)) {
      case ASKED:
        next = begin + elapsed + ASKED_TIMES * between(elapsed);
        break;
      case CLOSED:
        next = begin + elapsed + between(elapsed);
        break;
      case ANSWERED:
        elapsed = now() - begin;
        if (child > 0) {
          kill(child, SIGKILL);
          waitpid(child, NULL, 0);
        }
        printf("%lld\n", (long long)elapsed);
        return 0;
      }
    }
    if (child > 0 && waitpid(child, NULL, WNOHANG) == child) {
      fprintf(stderr, "first-reply: %s ended before it replied\n", words[4]);
      return 1;
    }
  }
  fprintf(stderr, "first-reply: no reply from %s:%s within %d seconds\n", words[1], words[2], LIMIT_S);
  if (child > 0) {
    kill(child, SIGKILL);
  }
  return 1;
}
