/*
 * What an empty function and a null system call (getppid) cost: prints "function NS" and "getppid NS", the medians of several rounds.
 * The loops are unrolled so that what is measured is the call.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 7, UNROLLED = 16 };
static const double LEAST_SECONDS = 0.02;

__attribute__((noinline, noclone)) static long empty(void) {
  __asm__ volatile("");
  return 0;
}

#define REPEAT4(x) x x x x
#define REPEAT16(x) REPEAT4(REPEAT4(x))

__attribute__((noinline)) static void functions(long count) {
  for (long i = 0; i < count; i++) {
    REPEAT16(empty();)
  }
}

__attribute__((noinline)) static void calls(long count) {
  for (long i = 0; i < count; i++) {
    REPEAT16(getppid();)
  }
}

static double seconds(void (*what)(long), long count) {
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  what(count);
  clock_gettime(CLOCK_MONOTONIC, &end);
  return (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) * 1e-9;
}

/* How often it takes to last long enough for the clock. */
static long calibrated(void (*what)(long)) {
  long count = 64;
  while (seconds(what, count) < LEAST_SECONDS) {
    count *= 2;
  }
  return count;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(void) {
  long function_count = calibrated(functions), call_count = calibrated(calls);
  double function_ns[ROUNDS], call_ns[ROUNDS];
  for (int i = 0; i < ROUNDS; i++) {
    function_ns[i] = seconds(functions, function_count) / ((double)function_count * UNROLLED) * 1e9;
    call_ns[i] = seconds(calls, call_count) / ((double)call_count * UNROLLED) * 1e9;
  }
  qsort(function_ns, ROUNDS, sizeof *function_ns, ascending);
  qsort(call_ns, ROUNDS, sizeof *call_ns, ascending);
  printf("function %.3f\ngetppid %.3f\n", function_ns[ROUNDS / 2], call_ns[ROUNDS / 2]);
  return 0;
}
