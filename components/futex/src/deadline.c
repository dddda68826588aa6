#include <rr/abi/errno.h>
#include <rr/abi/time.h>
#include <rr/futex.h>
#include <rr/uaccess.h>
#include <rr/wait.h>

/* Later than this is never. */
#define MOST_SECONDS 9000000000

int rr_futex_deadline(uint64_t timeout, int operation, struct rr_futex_deadline *out)
{
	struct rr_abi_timespec t;
	*out = (struct rr_futex_deadline){ RR_FOREVER, operation & FUTEX_CLOCK_REALTIME };
	if (!timeout)
		return 0;
	if (rr_get_user(t, timeout))
		return -EFAULT;
	if (t.sec < 0 || t.nsec < 0 || t.nsec >= (int64_t)RR_NSEC_PER_SEC)
		return -EINVAL;
	if (t.sec > MOST_SECONDS)
		return 0;
	out->at = t.sec * RR_NSEC_PER_SEC + t.nsec;
	if ((operation & FUTEX_COMMAND) == FUTEX_WAIT)
		out->at += rr_clock_monotonic();
	return 0;
}

/* By wall time: wait for what that is now, and look again when the clock was set. */
static int sleep_realtime(uint64_t at)
{
	struct rr_waiter clock_set = { .thread = rr_current_thread() };
	uint64_t wall = rr_clock_realtime();
	if (at <= wall) {
		rr_wait_cancel();
		return -ETIMEDOUT;
	}
	rr_list_init(&clock_set.link);
	rr_waiter_add(&rr_clock_set_event, &clock_set);
	int error = rr_wait_sleep(rr_clock_monotonic() + (at - wall));
	rr_waiter_remove(&clock_set);
	return error == -ETIMEDOUT && rr_clock_realtime() < at ? 0 : error;
}

int rr_futex_sleep(const struct rr_futex_deadline *deadline)
{
	rr_wait_prepare(RR_INTERRUPTIBLE);
	return deadline->realtime && deadline->at != RR_FOREVER ? sleep_realtime(deadline->at) : rr_wait_sleep(deadline->at);
}
