/* Shared by the tests of threads: futex(2) by hand, and waiting until others wait. */
#pragma once
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FAIL_IF(x) do { if (x) { printf("%s:%d: %s (errno %d)\n", __FILE__, __LINE__, #x, errno); exit(1); } } while (0)

static inline long futex(void *at, int op, unsigned value, const void *timeout, void *at2, unsigned value3)
{
	return syscall(SYS_futex, at, op, value, timeout, at2, value3);
}

/* The result, or the error as a negative number. */
static inline long futex_e(void *at, int op, unsigned value, const void *timeout, void *at2, unsigned value3)
{
	long result = futex(at, op, value, timeout, at2, value3);
	return result < 0 ? -errno : result;
}

#define SHOW(x) printf("%s: %ld\n", #x, (long)(x))

/* Move all waiters to where they are: says how many there are. */
static inline int count_waiters(void *at, int private)
{
	return (int)futex(at, FUTEX_REQUEUE | private, 0, (void *)(long)INT_MAX, at, 0);
}

static inline void await_waiters(void *at, int private, int count)
{
	for (int i = 0; count_waiters(at, private) != count; i++) {
		FAIL_IF(i > 100000);
		usleep(100);
	}
}

static inline void *shared_page(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	FAIL_IF(page == MAP_FAILED);
	return page;
}

/* Until thread `tid` of this process sleeps. */
static inline void await_sleep(int pid, int tid)
{
	char path[64], text[512];
	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	for (int i = 0; i < 100000; i++) {
		FILE *file = fopen(path, "r");
		FAIL_IF(!file);
		size_t length = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
		text[length] = 0;
		char *state = strrchr(text, ')');
		FAIL_IF(!state);
		if (state[2] == 'S')
			return;
		usleep(100);
	}
	FAIL_IF(1);
}

static inline int gettid_(void) { return (int)syscall(SYS_gettid); }
