/* ioprio_set(2), ioprio_get(2): values that are kept. Nothing here queues for a disk. */
#include <rr/abi/errno.h>
#include <rr/sched-policy.h>
#include <rr/abi/sched.h>
#include "internal.h"

#define WHO_PROCESS 1
#define WHO_USER 3

#define CLASS_SHIFT 13
enum { CLASS_NONE, CLASS_REAL_TIME, CLASS_BEST_EFFORT, CLASS_IDLE };
#define LEVELS 8

long rr_sys_ioprio_set(int which, int who, int value);
long rr_sys_ioprio_get(int which, int who);

static int check(int value)
{
	int level = value & ((1 << CLASS_SHIFT) - 1);
	switch (value >> CLASS_SHIFT) {
	case CLASS_REAL_TIME:
		if (!rr_capable(CAP_SYS_ADMIN) && !rr_capable(CAP_SYS_NICE))
			return -EPERM;
		return level % LEVELS == level ? 0 : -EINVAL;
	case CLASS_BEST_EFFORT: return level % LEVELS == level ? 0 : -EINVAL;
	case CLASS_IDLE: return 0;
	case CLASS_NONE: return level ? -EINVAL : 0;
	default: return -EINVAL;
	}
}

long rr_sys_ioprio_set(int which, int who, int value)
{
	long result = -ESRCH;
	int error = check(value);
	if (error)
		return error;
	if (which < WHO_PROCESS || which > WHO_USER)
		return -EINVAL;
	for (struct rr_task *task = NULL; (task = select_next((enum selection)(which - WHO_PROCESS), who, task));) {
		if (!may_change(task))
			return -EPERM;
		task->io_priority = (uint16_t)value;
		result = 0;
	}
	return result;
}

/* Where nothing was set it follows from policy and nice value. */
static long value_of(const struct rr_task *task)
{
	if (task->io_priority >> CLASS_SHIFT)
		return task->io_priority;
	struct rr_sched_parameters from = rr_sched_parameters(&task->thread);
	int class = from.policy == SCHED_IDLE ? CLASS_IDLE : from.priority ? CLASS_REAL_TIME : CLASS_BEST_EFFORT;
	return class << CLASS_SHIFT | (from.nice + 20) / 5;
}

long rr_sys_ioprio_get(int which, int who)
{
	long best = -ESRCH;
	if (which < WHO_PROCESS || which > WHO_USER)
		return -EINVAL;
	for (struct rr_task *task = NULL; (task = select_next((enum selection)(which - WHO_PROCESS), who, task));)
		best = best < 0 ? value_of(task) : rr_min(best, value_of(task));
	return best;
}
