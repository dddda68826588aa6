/* nanosleep(2), clock_nanosleep(2). */
#include <rr/abi/errno.h>
#include <rr/deadline.h>
#include <rr/process-timer.h>
#include <rr/timespec.h>
#include <rr/uaccess.h>
#include <rr/wait.h>
#include "cpu_sleep.h"

long rr_sys_nanosleep(uint64_t wanted, uint64_t remaining);
long rr_sys_clock_nanosleep(int clock, int flags, uint64_t wanted, uint64_t remaining);

/* A signal without a handler does not end it: it goes on until its first deadline. */
static long sleep_for(uint64_t ns, uint64_t remaining)
{
	uint64_t deadline = rr_restart_deadline();
	if (!deadline)
		deadline = rr_clock_monotonic() + ns;
	if (rr_sleep_until(deadline, RR_INTERRUPTIBLE) != -RR_ERESTARTSYS)
		return 0;
	struct rr_abi_timespec left = rr_timespec_of(rr_deadline_left(deadline));
	return remaining && rr_put_user(left, remaining) ? -EFAULT : rr_restart_later(deadline);
}

/* The wall clock may be set meanwhile. An absolute sleep begins again where it was when no handler ran, for it still knows its end. */
static long sleep_to(uint64_t (*clock)(void), uint64_t deadline)
{
	for (uint64_t now = clock(); now < deadline; now = clock()) {
		struct rr_waiter set = { .thread = rr_current_thread() };
		rr_list_init(&set.link);
		rr_waiter_add(&rr_clock_set_event, &set);
		rr_wait_prepare(RR_INTERRUPTIBLE);
		int error = rr_wait_sleep(rr_clock_monotonic() + (deadline - now));
		rr_waiter_remove(&set);
		if (error == -RR_ERESTARTSYS)
			return -RR_ERESTARTNOHAND;
	}
	return 0;
}

long rr_sys_nanosleep(uint64_t wanted, uint64_t remaining)
{
	struct rr_abi_timespec time;
	uint64_t ns;
	if (rr_get_user(time, wanted))
		return -EFAULT;
	return rr_timespec_to_ns(&time, &ns) ? sleep_for(ns, remaining) : -EINVAL;
}

/* Clocks to read only. */
static bool has_no_sleep(int clock)
{
	return clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_THREAD_CPUTIME_ID;
}

long rr_sys_clock_nanosleep(int clock, int flags, uint64_t wanted, uint64_t remaining)
{
	struct rr_abi_timespec time;
	struct rr_process_clock source;
	uint64_t ns;
	int error = rr_process_clock_find(clock, &source);
	if (error && clock >= 0)
		return error;
	if (has_no_sleep(clock))
		return -EOPNOTSUPP;
	if (rr_get_user(time, wanted))
		return -EFAULT;
	if (!rr_timespec_to_ns(&time, &ns) || error)
		return -EINVAL;
	bool absolute = flags & TIMER_ABSTIME;
	if (source.kind == RR_CLOCK_PROCESS || source.kind == RR_CLOCK_THREAD)
		return cpu_sleep(&source, absolute, ns, remaining);
	if (!absolute)
		return sleep_for(ns, remaining);
	return sleep_to(source.kind == RR_CLOCK_WALL ? rr_clock_realtime : rr_clock_monotonic, ns);
}
