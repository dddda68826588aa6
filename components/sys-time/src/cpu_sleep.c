/* clock_nanosleep(2) by the CPU time of a process or thread. */
#include <rr/abi/errno.h>
#include <rr/timespec.h>
#include <rr/uaccess.h>
#include "cpu_sleep.h"

struct sleeper {
	struct rr_process_timer timer;
	struct rr_waitqueue event;
};

/* A CPU clock stands still while its owner waits, so nobody sleeps by his own. */
static bool is_own(const struct rr_process_clock *clock) { return clock->kind == RR_CLOCK_THREAD && clock->id == rr_current_task()->tid; }

static void wake_sleeper(struct rr_process_timer *timer)
{
	timer->expires = 0;
	rr_wake_all(&rr_container_of(timer, struct sleeper, timer)->event);
}

static void sleeper_ended(struct rr_attachment *attachment) { (void)attachment; } /* sleeps are over before their process is */

long cpu_sleep(const struct rr_process_clock *clock, bool absolute, uint64_t ns, uint64_t remaining)
{
	struct sleeper sleep = { .timer = { .clock = *clock, .expired = wake_sleeper, .attachment.end = sleeper_ended } };
	uint64_t deadline = absolute ? ns : rr_restart_deadline(), now;
	if (is_own(clock) || !rr_process_clock_read(clock, &now))
		return -EINVAL;
	if (!deadline)
		deadline = now + ns;
	rr_waitqueue_init(&sleep.event);
	rr_process_timer_init(&sleep.timer, rr_current_process());
	sleep.timer.expires = deadline;
	if (deadline)
		rr_process_timer_start(&sleep.timer);
	int error = rr_wait_until(&sleep.event, !sleep.timer.expires, RR_FOREVER, RR_INTERRUPTIBLE);
	uint64_t left = rr_process_timer_left(&sleep.timer);
	rr_process_timer_fini(&sleep.timer);
	if (!error)
		return 0;
	if (absolute)
		return -RR_ERESTARTNOHAND;
	struct rr_abi_timespec rest = rr_timespec_of(left);
	return remaining && rr_put_user(rest, remaining) ? -EFAULT : rr_restart_later(deadline);
}
