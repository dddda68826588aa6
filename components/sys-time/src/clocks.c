/* clock_gettime(2), clock_getres(2), clock_settime(2), gettimeofday(2), time(2). */
#include <rr/abi/errno.h>
#include <rr/process.h>
#include <rr/process-timer.h>
#include <rr/timespec.h>
#include <rr/uaccess.h>

/* The coarse clocks are as fine as the others here; Linux's resolution is told so that nobody counts on it. */
#define COARSE_RESOLUTION 4000000

struct timezone {
	int32_t minutes_west, dst;
};

long rr_sys_clock_gettime(int clock, uint64_t out);
long rr_sys_clock_getres(int clock, uint64_t out);
long rr_sys_clock_settime(int clock, uint64_t in);
long rr_sys_gettimeofday(uint64_t time, uint64_t zone);
long rr_sys_settimeofday(uint64_t time, uint64_t zone);
long rr_sys_time(uint64_t out);

static int read_cpu_clock(int clock, uint64_t *ns)
{
	struct rr_process_clock source;
	int error = rr_process_clock_find(clock, &source);
	return !error && !rr_process_clock_read(&source, ns) ? -EINVAL : error;
}

static uint64_t wall_time(void)
{
	void (*ask)(void) = rr_clock_ask;
	if (RR_UNLIKELY(ask)) {
		rr_clock_ask = NULL;
		ask();
	}
	return rr_clock_realtime();
}

static int read_clock(int clock, uint64_t *ns)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI: *ns = wall_time(); return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM: *ns = rr_clock_monotonic(); return 0;
	case CLOCK_PROCESS_CPUTIME_ID: *ns = rr_process_cpu_time(rr_current_process()); return 0;
	case CLOCK_THREAD_CPUTIME_ID: *ns = rr_thread_cpu_time(rr_current_thread()); return 0;
	default: return clock < 0 ? read_cpu_clock(clock, ns) : -EINVAL;
	}
}

long rr_sys_clock_gettime(int clock, uint64_t out)
{
	uint64_t ns;
	int error = read_clock(clock, &ns);
	if (error)
		return error;
	struct rr_abi_timespec now = rr_timespec_of(ns);
	return rr_put_user(now, out);
}

long rr_sys_clock_getres(int clock, uint64_t out)
{
	uint64_t ns;
	int error = read_clock(clock, &ns);
	bool coarse = clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE;
	struct rr_abi_timespec resolution = { 0, coarse ? COARSE_RESOLUTION : 1 };
	return error || !out ? error : rr_put_user(resolution, out);
}

long rr_sys_clock_settime(int clock, uint64_t in)
{
	struct rr_abi_timespec time;
	uint64_t ns;
	if (clock != CLOCK_REALTIME)
		return -EINVAL;
	if (rr_get_user(time, in))
		return -EFAULT;
	if (!rr_timespec_to_ns(&time, &ns))
		return -EINVAL;
	if (!rr_capable(CAP_SYS_TIME))
		return -EPERM;
	rr_clock_set_realtime(ns);
	rr_wake_all(&rr_clock_set_event);
	return 0;
}

long rr_sys_gettimeofday(uint64_t time, uint64_t zone)
{
	struct rr_abi_timeval now = rr_timeval_of(wall_time());
	struct timezone utc = { 0, 0 };
	return (time && rr_put_user(now, time)) || (zone && rr_put_user(utc, zone)) ? -EFAULT : 0;
}

/* Time zones are libc's business: one that is set is looked at, no more. */
long rr_sys_settimeofday(uint64_t time, uint64_t zone)
{
	struct rr_abi_timeval now;
	struct timezone unused;
	uint64_t ns = 0;
	if (time && rr_get_user(now, time))
		return -EFAULT;
	if (time && !rr_timeval_to_ns(&now, &ns))
		return -EINVAL;
	if (zone && rr_get_user(unused, zone))
		return -EFAULT;
	if (!rr_capable(CAP_SYS_TIME))
		return -EPERM;
	if (time) {
		rr_clock_set_realtime(ns);
		rr_wake_all(&rr_clock_set_event);
	}
	return 0;
}

long rr_sys_time(uint64_t out)
{
	int64_t now = wall_time() / RR_NSEC_PER_SEC;
	return out && rr_put_user(now, out) ? -EFAULT : now;
}
