/* Interval timers: setitimer(2). */
#pragma once
#include <rr/types.h>

struct setting {
	uint64_t interval, value; /* ns; value 0: off */
};

/* Set (NULL: only look at) the running process's timer of CPU time. 0; -EINVAL: there is no timer `which`; -ENOMEM. */
int cpu_itimer_exchange(int which, const struct setting *new, struct setting *old);
