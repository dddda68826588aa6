/* Between nanoseconds and the structures of the interface. */
#pragma once
#include <rr/abi/time.h>
#include <rr/clock.h>

static inline struct rr_abi_timespec rr_timespec_of(uint64_t ns) { return (struct rr_abi_timespec){ ns / RR_NSEC_PER_SEC, ns % RR_NSEC_PER_SEC }; }
static inline struct rr_abi_timeval rr_timeval_of(uint64_t ns) { return (struct rr_abi_timeval){ ns / RR_NSEC_PER_SEC, ns % RR_NSEC_PER_SEC / 1000 }; }

/* False for what is not a time. Times beyond 292 years are as good as for ever. */
static inline bool rr_time_to_ns(int64_t sec, int64_t fraction, int64_t fractions_per_sec, uint64_t *ns)
{
	if (sec < 0 || fraction < 0 || fraction >= fractions_per_sec)
		return false;
	uint64_t most = INT64_MAX / RR_NSEC_PER_SEC - 1;
	*ns = ((uint64_t)sec > most ? most : (uint64_t)sec) * RR_NSEC_PER_SEC + fraction * (RR_NSEC_PER_SEC / fractions_per_sec);
	return true;
}
static inline bool rr_timespec_to_ns(const struct rr_abi_timespec *time, uint64_t *ns) { return rr_time_to_ns(time->sec, time->nsec, RR_NSEC_PER_SEC, ns); }
static inline bool rr_timeval_to_ns(const struct rr_abi_timeval *time, uint64_t *ns) { return rr_time_to_ns(time->sec, time->usec, 1000000, ns); }

/* Both times of an interval timer: false when one is none. */
static inline bool rr_itimerspec_to_ns(const struct rr_abi_itimerspec *timer, uint64_t *interval, uint64_t *value)
{
	return rr_timespec_to_ns(&timer->interval, interval) && rr_timespec_to_ns(&timer->value, value);
}
