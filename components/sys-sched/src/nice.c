/* getpriority(2), setpriority(2): nice values, which are the threads' own on Linux. */
#include <rr/abi/errno.h>
#include <rr/abi/sched.h>
#include <rr/sched-policy.h>
#include "internal.h"

#define PRIO_PROCESS 0
#define PRIO_USER 2

long rr_sys_getpriority(int which, int who);
long rr_sys_setpriority(int which, int who, int nice);

long rr_sys_getpriority(int which, int who)
{
	long best = -ESRCH;
	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	/* Told as 20 - nice: 1 to 40, so that it cannot be taken for an error. */
	for (struct rr_task *task = NULL; (task = select_next((enum selection)which, who, task));)
		best = rr_max(best, 20l - task->thread.sched.nice);
	return best;
}

static long set_nice(struct rr_task *task, int nice)
{
	struct rr_sched_parameters parameters = rr_sched_parameters(&task->thread);
	if (!may_change(task))
		return -EPERM;
	if (nice < parameters.nice && nice < least_nice(task->process) && !rr_capable(CAP_SYS_NICE))
		return -EACCES;
	if (parameters.nice == nice)
		return 0;
	parameters.nice = (int8_t)nice;
	rr_sched_change(&task->thread, &parameters);
	return 0;
}

long rr_sys_setpriority(int which, int who, int nice)
{
	long result = -ESRCH;
	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	nice = rr_min(rr_max(nice, RR_NICE_LEAST), RR_NICE_MOST);
	for (struct rr_task *task = NULL; (task = select_next((enum selection)which, who, task));) {
		long error = set_nice(task, nice);
		result = error || result == -ESRCH ? error : result;
	}
	return result;
}
