/* timer_create(2), timer_settime(2), timer_gettime(2), timer_getoverrun(2), timer_delete(2). */
#include <rr/abi/errno.h>
#include <rr/abi/resource.h>
#include <rr/abi/sigevent.h>
#include <rr/timespec.h>
#include <rr/uaccess.h>
#include <rr/vfs.h>
#include "posix_timer.h"

long rr_sys_timer_create(int clock, uint64_t event, uint64_t id_to);
long rr_sys_timer_settime(int id, int flags, uint64_t in, uint64_t out);
long rr_sys_timer_gettime(int id, uint64_t out);
long rr_sys_timer_getoverrun(int id);
long rr_sys_timer_delete(int id);

/* What can be read but not waited for. */
static bool has_no_timers(int clock)
{
	return clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_REALTIME_ALARM ||
	       clock == CLOCK_BOOTTIME_ALARM;
}

static bool is_good(const struct rr_abi_sigevent *event)
{
	const struct rr_task *task;
	switch (event->notify) {
	case SIGEV_THREAD_ID:
		task = rr_task_find(event->thread_id);
		if (!task || task->process != rr_current_process())
			return false;
		/* fall through */
	case SIGEV_SIGNAL:
	case SIGEV_THREAD:
		return event->signo >= 1 && event->signo <= 64;
	default:
		return event->notify == SIGEV_NONE;
	}
}

long rr_sys_timer_create(int clock, uint64_t event_from, uint64_t id_to)
{
	struct rr_abi_sigevent event = { .notify = SIGEV_SIGNAL, .signo = SIGALRM };
	struct rr_process_clock source;
	if (event_from && rr_get_user(event, event_from))
		return -EFAULT;
	int error = rr_process_clock_find(clock, &source);
	if (error)
		return error;
	if (has_no_timers(clock))
		return -EOPNOTSUPP;
	if (!is_good(&event))
		return -EINVAL;
	struct posix_timer *timer = rr_current_process()->timer_count < rr_current_limit(RLIMIT_SIGPENDING) ? posix_timer_create() : NULL;
	if (!timer)
		return -EAGAIN;
	timer->timer.clock = source;
	timer->wall = source.kind == RR_CLOCK_WALL;
	timer->notify = event.notify;
	timer->thread_id = event.notify == SIGEV_THREAD_ID ? event.thread_id : 0;
	timer->entry.info = (struct rr_abi_siginfo){ .signo = event.signo, .code = SI_TIMER, .timerid = timer->id,
		.timer_value = event_from ? event.value : (uint64_t)timer->id };
	error = rr_put_user(timer->id, id_to);
	if (error)
		posix_timer_delete(timer);
	return error;
}

static struct rr_abi_itimerspec setting_of(struct posix_timer *timer)
{
	struct rr_process_timer *base = &timer->timer;
	bool silent = timer->notify == SIGEV_NONE;
	if (!base->expires)
		return (struct rr_abi_itimerspec){ 0 };
	if (base->interval && (timer->waiting || silent))
		timer->overrun += rr_process_timer_forward(base);
	uint64_t left = rr_process_timer_left(base);
	/* Expired without a period it is off; expiring this moment, it is not. */
	if (!left && !silent && (base->interval || rr_timer_armed(&base->timer)))
		left = 1;
	return (struct rr_abi_itimerspec){ rr_timespec_of(base->interval), rr_timespec_of(left) };
}

/* On which clock, and when. Relative wall times are not moved by setting the clock: they are the monotonic clock's. 0, -ESRCH. */
static int set_time(struct rr_process_timer *base, bool absolute, bool wall, uint64_t value)
{
	uint64_t now = 0;
	if (base->clock.kind <= RR_CLOCK_WALL)
		base->clock.kind = absolute && wall ? RR_CLOCK_WALL : RR_CLOCK_MONOTONIC;
	if (!rr_process_clock_read(&base->clock, &now))
		return -ESRCH;
	base->expires = absolute ? value : now + value;
	return 0;
}

static int set(struct posix_timer *timer, int flags, uint64_t interval, uint64_t value)
{
	struct rr_process_timer *base = &timer->timer;
	rr_process_timer_stop(base);
	rr_sigqueue_withdraw(&timer->entry);
	timer->waiting = false;
	timer->overrun = 0;
	timer->last_overrun = 0;
	base->interval = base->expires = 0;
	if (!value)
		return 0;
	int error = set_time(base, flags & TIMER_ABSTIME, timer->wall, value);
	if (error)
		return error;
	base->interval = interval;
	if (timer->notify != SIGEV_NONE)
		rr_process_timer_start(base);
	return 0;
}

long rr_sys_timer_settime(int id, int flags, uint64_t in, uint64_t out)
{
	struct rr_abi_itimerspec time;
	uint64_t interval, value;
	if (!in)
		return -EINVAL;
	if (rr_get_user(time, in))
		return -EFAULT;
	if (!rr_itimerspec_to_ns(&time, &interval, &value))
		return -EINVAL;
	struct posix_timer *timer = posix_timer_find(id);
	if (!timer)
		return -EINVAL;
	struct rr_abi_itimerspec old = setting_of(timer);
	int error = set(timer, flags, interval, value);
	if (error)
		return error;
	return out ? rr_put_user(old, out) : 0;
}

long rr_sys_timer_gettime(int id, uint64_t out)
{
	struct posix_timer *timer = posix_timer_find(id);
	if (!timer)
		return -EINVAL;
	struct rr_abi_itimerspec now = setting_of(timer);
	return rr_put_user(now, out);
}

long rr_sys_timer_getoverrun(int id)
{
	const struct posix_timer *timer = posix_timer_find(id);
	return timer ? timer->last_overrun : -EINVAL;
}

long rr_sys_timer_delete(int id)
{
	struct posix_timer *timer = posix_timer_find(id);
	if (!timer)
		return -EINVAL;
	posix_timer_delete(timer);
	return 0;
}
