/* Times of the Linux x86-64 interface: linux/time.h, asm-generic/posix_types.h, linux/timex.h. */
#pragma once
#include <rr/types.h>

struct rr_abi_timespec {
	int64_t sec, nsec;
};
_Static_assert(sizeof(struct rr_abi_timespec) == 16, "struct timespec");

struct rr_abi_timeval {
	int64_t sec, usec;
};
_Static_assert(sizeof(struct rr_abi_timeval) == 16, "struct timeval");

struct rr_abi_itimerval {
	struct rr_abi_timeval interval, value;
};
struct rr_abi_itimerspec {
	struct rr_abi_timespec interval, value;
};

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID 3
#define CLOCK_MONOTONIC_RAW 4
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME 7
#define CLOCK_REALTIME_ALARM 8
#define CLOCK_BOOTTIME_ALARM 9
#define CLOCK_TAI 11
#define TIMER_ABSTIME 1

/* timerfd_settime(2): linux/timerfd.h */
#define TFD_TIMER_CANCEL_ON_SET 2

#define ITIMER_REAL 0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF 2
