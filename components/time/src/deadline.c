#include <rr/deadline.h>

bool rr_deadline_after(int64_t seconds, int64_t nanoseconds, uint64_t *out)
{
	uint64_t length;
	if (seconds < 0 || nanoseconds < 0 || nanoseconds >= (int64_t)RR_NSEC_PER_SEC)
		return false;
	if (!seconds && !nanoseconds)
		*out = 0;
	else if (__builtin_mul_overflow((uint64_t)seconds, RR_NSEC_PER_SEC, &length) || __builtin_add_overflow(length, (uint64_t)nanoseconds, &length) ||
	         __builtin_add_overflow(length, rr_clock_monotonic(), out))
		*out = RR_FOREVER;
	return true;
}

uint64_t rr_deadline_left(uint64_t deadline)
{
	uint64_t now = rr_clock_monotonic();
	return deadline > now ? deadline - now : 0;
}
