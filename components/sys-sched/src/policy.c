/* sched_setscheduler(2), sched_setparam(2), sched_setattr(2), and what they have set. */
#include <rr/abi/errno.h>
#include <rr/abi/sched.h>
#include <rr/sched-policy.h>
#include <rr/uaccess.h>
#include "internal.h"

#define KEEP_POLICY (-1)

/* struct sched_attr: linux/sched/types.h. */
struct sched_attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period; /* of SCHED_DEADLINE */
	uint32_t util_min, util_max;
};
#define SIZE_FIRST 48u
_Static_assert(sizeof(struct sched_attributes) == 56, "SCHED_ATTR_SIZE_VER1");

#define FLAG_RESET_ON_FORK 1u
#define FLAG_KEEP_POLICY 8u
#define FLAG_KEEP_PARAMS 16u
#define FLAG_UTIL_CLAMP 96u
#define FLAG_ALL 127u

long rr_sys_sched_setscheduler(int tid, int policy, uint64_t parameter);
long rr_sys_sched_setparam(int tid, uint64_t parameter);
long rr_sys_sched_getscheduler(int tid);
long rr_sys_sched_getparam(int tid, uint64_t parameter);
long rr_sys_sched_setattr(int tid, uint64_t attributes, unsigned flags);
long rr_sys_sched_getattr(int tid, uint64_t attributes, unsigned size, unsigned flags);

static bool is_real_time(int policy) { return policy == SCHED_FIFO || policy == SCHED_RR; }

static bool is_valid(const struct sched_attributes *wanted)
{
	int policy = (int)wanted->policy;
	bool fair = policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE;
	if (!fair && !is_real_time(policy))
		return false;
	return wanted->priority <= RR_PRIORITY_MAX && is_real_time(policy) == (wanted->priority != 0);
}

/* Without CAP_SYS_NICE: never more than before, or than the limits allow (sched(7)). */
static bool raises(const struct rr_task *task, const struct rr_sched_parameters *old, const struct rr_sched_parameters *new)
{
	uint64_t most = task->process->limits[RLIMIT_RTPRIO][0];
	if (is_real_time(new->policy))
		return (new->policy != old->policy && !most) || (new->priority > old->priority && new->priority > most);
	if (new->nice < old->nice && new->nice < least_nice(task->process))
		return true;
	if (old->policy == SCHED_IDLE && new->policy != SCHED_IDLE && old->nice < least_nice(task->process))
		return true;
	return old->reset_on_fork && !new->reset_on_fork;
}

static long change(struct rr_task *task, const struct sched_attributes *wanted)
{
	struct rr_sched_parameters old = rr_sched_parameters(&task->thread);
	if (wanted->flags & ~(uint64_t)FLAG_ALL || !is_valid(wanted))
		return -EINVAL;
	struct rr_sched_parameters new = { wanted->policy, wanted->priority, is_real_time(wanted->policy) ? old.nice : wanted->nice,
		wanted->flags & FLAG_RESET_ON_FORK };
	if ((raises(task, &old, &new) || !may_change(task)) && !rr_capable(CAP_SYS_NICE))
		return -EPERM;
	if (wanted->flags & FLAG_UTIL_CLAMP)
		return -EOPNOTSUPP;
	rr_sched_change(&task->thread, &new);
	return 0;
}

static long set_priority(int tid, int policy, uint64_t parameter)
{
	struct rr_task *task;
	int32_t priority;
	if (!parameter || tid < 0)
		return -EINVAL;
	if (rr_get_user(priority, parameter))
		return -EFAULT;
	int error = find_thread(tid, &task);
	if (error)
		return error;
	struct rr_sched_parameters old = rr_sched_parameters(&task->thread);
	struct sched_attributes wanted = { .policy = policy & ~SCHED_RESET_ON_FORK, .priority = priority, .nice = old.nice };
	if (policy == KEEP_POLICY) {
		wanted.policy = old.policy;
		wanted.flags = old.reset_on_fork ? FLAG_RESET_ON_FORK : 0;
	} else if (policy & SCHED_RESET_ON_FORK) {
		wanted.flags = FLAG_RESET_ON_FORK;
	}
	return change(task, &wanted);
}

long rr_sys_sched_setscheduler(int tid, int policy, uint64_t parameter) { return policy < 0 ? -EINVAL : set_priority(tid, policy, parameter); }
long rr_sys_sched_setparam(int tid, uint64_t parameter) { return set_priority(tid, KEEP_POLICY, parameter); }

long rr_sys_sched_getscheduler(int tid)
{
	struct rr_task *task;
	int error = find_thread(tid, &task);
	if (error)
		return error;
	struct rr_sched_parameters now = rr_sched_parameters(&task->thread);
	return now.policy | (now.reset_on_fork ? SCHED_RESET_ON_FORK : 0);
}

long rr_sys_sched_getparam(int tid, uint64_t parameter)
{
	struct rr_task *task;
	int error = parameter ? find_thread(tid, &task) : -EINVAL;
	if (error)
		return error;
	int32_t priority = rr_sched_parameters(&task->thread).priority;
	return rr_put_user(priority, parameter);
}

/* A larger structure of a later Linux will do, if what we do not know of is zero. */
static int rest_is_zero(uint64_t at, size_t length)
{
	for (uint8_t byte; length; at++, length--) {
		if (rr_get_user(byte, at))
			return -EFAULT;
		if (byte)
			return -E2BIG;
	}
	return 0;
}

static int read_attributes(uint64_t at, struct sched_attributes *wanted)
{
	uint32_t size, known = sizeof(*wanted);
	*wanted = (struct sched_attributes){ 0 };
	if (rr_get_user(size, at))
		return -EFAULT;
	if (!size)
		size = SIZE_FIRST;
	int error = size < SIZE_FIRST || size > RR_PAGE_SIZE ? -E2BIG : 0;
	if (!error && rr_copy_from_user(wanted, at, rr_min(size, known)))
		return -EFAULT;
	if (!error && size > known)
		error = rest_is_zero(at + known, size - known);
	if (error == -E2BIG && rr_put_user(known, at))
		return -EFAULT;
	if (!error && wanted->flags & FLAG_UTIL_CLAMP && size < known)
		error = -EINVAL;
	wanted->nice = rr_min(rr_max(wanted->nice, RR_NICE_LEAST), RR_NICE_MOST);
	return error;
}

long rr_sys_sched_setattr(int tid, uint64_t attributes, unsigned flags)
{
	struct sched_attributes wanted;
	struct rr_task *task;
	if (!attributes || tid < 0 || flags)
		return -EINVAL;
	int error = read_attributes(attributes, &wanted);
	if (!error && (int)wanted.policy < 0)
		error = -EINVAL;
	if (!error)
		error = find_thread(tid, &task);
	if (error)
		return error;
	struct rr_sched_parameters old = rr_sched_parameters(&task->thread);
	if (wanted.flags & FLAG_KEEP_POLICY) {
		wanted.policy = old.policy;
		wanted.flags = (wanted.flags & ~(uint64_t)FLAG_RESET_ON_FORK) | (old.reset_on_fork ? FLAG_RESET_ON_FORK : 0);
	}
	if (wanted.flags & FLAG_KEEP_PARAMS) {
		wanted.priority = old.priority;
		wanted.nice = old.nice;
	}
	return change(task, &wanted);
}

long rr_sys_sched_getattr(int tid, uint64_t attributes, unsigned size, unsigned flags)
{
	struct rr_task *task;
	if (!attributes || tid < 0 || size > RR_PAGE_SIZE || size < SIZE_FIRST || flags)
		return -EINVAL;
	int error = find_thread(tid, &task);
	if (error)
		return error;
	struct rr_sched_parameters now = rr_sched_parameters(&task->thread);
	struct sched_attributes told = { .size = rr_min(size, (unsigned)sizeof(told)), .policy = now.policy, .priority = now.priority,
		.nice = is_real_time(now.policy) ? 0 : now.nice, .flags = now.reset_on_fork ? FLAG_RESET_ON_FORK : 0 };
	return rr_copy_to_user(attributes, &told, told.size);
}
