/* Masks, and waiting for signals: rt_sigprocmask(2), sigsuspend(2), sigtimedwait(2), pause(2). */
#include <rr/abi/errno.h>
#include <rr/abi/time.h>
#include <rr/process.h>
#include <rr/uaccess.h>

#define SIGSET_SIZE 8

long rr_sys_rt_sigprocmask(int how, uint64_t new_set, uint64_t old_set, size_t set_size);
long rr_sys_rt_sigpending(uint64_t set, size_t set_size);
long rr_sys_rt_sigsuspend(uint64_t mask, size_t set_size);
long rr_sys_rt_sigtimedwait(uint64_t wanted, uint64_t info, uint64_t timeout, size_t set_size);
long rr_sys_pause(void);

long rr_sys_rt_sigprocmask(int how, uint64_t new_set, uint64_t old_set, size_t set_size)
{
	uint64_t old = rr_current_task()->sigmask, set;
	if (set_size != SIGSET_SIZE)
		return -EINVAL;
	if (new_set) {
		if (rr_get_user(set, new_set))
			return -EFAULT;
		rr_signal_enable_restart();
		if (how == SIG_BLOCK)
			rr_signal_set_mask(old | set);
		else if (how == SIG_UNBLOCK)
			rr_signal_set_mask(old & ~set);
		else if (how == SIG_SETMASK)
			rr_signal_set_mask(set);
		else
			return -EINVAL;
	}
	return old_set && rr_put_user(old, old_set) ? -EFAULT : 0;
}

long rr_sys_rt_sigpending(uint64_t to, size_t set_size)
{
	struct rr_task *task = rr_current_task();
	uint64_t set = (task->pending.set | task->process->pending.set) & task->sigmask;
	if (set_size > SIGSET_SIZE)
		return -EINVAL;
	return rr_copy_to_user(to, &set, set_size);
}

static long wait_for_handler(void)
{
	rr_sleep_until(RR_FOREVER, RR_INTERRUPTIBLE);
	return -RR_ERESTARTNOHAND;
}

long rr_sys_pause(void) { return wait_for_handler(); }

long rr_sys_rt_sigsuspend(uint64_t mask, size_t set_size)
{
	struct rr_task *task = rr_current_task();
	uint64_t set;
	if (set_size != SIGSET_SIZE)
		return -EINVAL;
	if (rr_get_user(set, mask))
		return -EFAULT;
	rr_signal_enable_restart();
	if (!task->restore_sigmask) /* else this is a restart */
		task->saved_sigmask = task->sigmask;
	task->restore_sigmask = true;
	rr_signal_set_mask(set);
	return wait_for_handler();
}

long rr_sys_rt_sigtimedwait(uint64_t wanted, uint64_t info_to, uint64_t timeout, size_t set_size)
{
	struct rr_task *task = rr_current_task();
	struct rr_abi_siginfo info;
	struct rr_abi_timespec limit;
	uint64_t set, deadline = RR_FOREVER;
	if (set_size != SIGSET_SIZE)
		return -EINVAL;
	if (rr_get_user(set, wanted) || (timeout && rr_get_user(limit, timeout)))
		return -EFAULT;
	set &= ~RR_SIGNAL_UNSTOPPABLE;
	if (timeout) {
		if (limit.sec < 0 || limit.nsec < 0 || limit.nsec >= (int64_t)RR_NSEC_PER_SEC)
			return -EINVAL;
		if (limit.sec < 1000000000)
			deadline = rr_clock_monotonic() + limit.sec * RR_NSEC_PER_SEC + limit.nsec;
	}
	int error = 0, number;
	while (!(number = rr_signal_take(set, &info)) && !error) {
		rr_signal_await(set);
		error = rr_sleep_until(deadline, RR_INTERRUPTIBLE);
		if (error == -RR_ERESTARTSYS && (task->pending.set | task->process->pending.set) & set)
			error = 0;
	}
	rr_signal_await(0);
	if (!number)
		return error == -ETIMEDOUT ? -EAGAIN : -EINTR;
	return info_to && rr_put_user(info, info_to) ? -EFAULT : number;
}
