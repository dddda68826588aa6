/* alarm(2), getitimer(2), setitimer(2); the process's real-time timer. Those of CPU time are in cpu_itimer.c. */
#include <rr/abi/errno.h>
#include <rr/abi/signal.h>
#include <rr/process.h>
#include <rr/timespec.h>
#include <rr/uaccess.h>
#include "itimer.h"

long rr_sys_alarm(unsigned seconds);
long rr_sys_getitimer(int which, uint64_t out);
long rr_sys_setitimer(int which, uint64_t in, uint64_t out);

/* Interrupt context. */
static void fire(struct rr_timer *timer)
{
	struct rr_process *process = rr_container_of(timer, struct rr_process, alarm);
	if (process->alarm_interval) {
		uint64_t now = rr_clock_monotonic(), next = timer->deadline + process->alarm_interval;
		/* Late by more than a period: what was missed is not made up for. */
		rr_timer_arm(timer, next > now ? next : now + process->alarm_interval);
	}
	rr_signal_process(process, SIGALRM, NULL);
}

static struct setting exchange(const struct setting *new)
{
	struct rr_process *process = rr_current_process();
	uint64_t now = rr_clock_monotonic();
	struct setting old = { process->alarm_interval, 0 };
	if (rr_timer_armed(&process->alarm))
		old.value = process->alarm.deadline > now ? process->alarm.deadline - now : 1;
	if (new) {
		rr_timer_cancel(&process->alarm);
		process->alarm.fire = fire;
		process->alarm_interval = new->interval;
		if (new->value)
			rr_timer_arm(&process->alarm, now + new->value);
	}
	return old;
}

long rr_sys_alarm(unsigned seconds)
{
	struct setting old = exchange(&(struct setting){ 0, seconds * RR_NSEC_PER_SEC });
	/* Rounded, but an alarm that is set is never told as none. */
	return old.value ? rr_max((old.value + RR_NSEC_PER_SEC / 2) / RR_NSEC_PER_SEC, 1ul) : 0;
}

static long put(const struct setting *setting, uint64_t out)
{
	/* As Linux, an armed timer has at least a microsecond left. */
	uint64_t value = setting->value && setting->value < 1000 ? 1000 : setting->value;
	struct rr_abi_itimerval timer = { rr_timeval_of(setting->interval), rr_timeval_of(value) };
	return rr_put_user(timer, out);
}

/* The timer `which` is, -EINVAL: none; what it was set to goes to *old. */
static int exchange_any(int which, const struct setting *new, struct setting *old)
{
	if (which == ITIMER_REAL) {
		*old = exchange(new);
		return 0;
	}
	return cpu_itimer_exchange(which, new, old);
}

long rr_sys_getitimer(int which, uint64_t out)
{
	struct setting now;
	int error = exchange_any(which, NULL, &now);
	return error ? error : put(&now, out);
}

long rr_sys_setitimer(int which, uint64_t in, uint64_t out)
{
	struct rr_abi_itimerval timer = { 0 };
	struct setting new, old;
	if (in && rr_get_user(timer, in))
		return -EFAULT;
	if (!rr_timeval_to_ns(&timer.interval, &new.interval) || !rr_timeval_to_ns(&timer.value, &new.value))
		return -EINVAL;
	int error = exchange_any(which, &new, &old);
	if (error)
		return error;
	return out ? put(&old, out) : 0;
}
