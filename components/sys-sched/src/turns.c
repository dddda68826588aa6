/* sched_yield(2), sched_rr_get_interval(2), sched_get_priority_max(2). */
#include <rr/abi/errno.h>
#include <rr/abi/sched.h>
#include <rr/abi/time.h>
#include <rr/sched-policy.h>
#include <rr/uaccess.h>
#include "internal.h"

/* Of those who share by nice value; it is the scheduler's own business, and nothing depends on it. */
#define FAIR_SLICE_NS 10000000

long rr_sys_sched_yield(void);
long rr_sys_sched_get_priority_max(int policy);
long rr_sys_sched_get_priority_min(int policy);
long rr_sys_sched_rr_get_interval(int tid, uint64_t out);

long rr_sys_sched_yield(void)
{
	rr_sched_yield();
	return 0;
}

long rr_sys_sched_get_priority_max(int policy)
{
	if (policy == SCHED_FIFO || policy == SCHED_RR)
		return RR_PRIORITY_MAX;
	return policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE || policy == SCHED_DEADLINE ? 0 : -EINVAL;
}

long rr_sys_sched_get_priority_min(int policy)
{
	long most = rr_sys_sched_get_priority_max(policy);
	return most > 0 ? 1 : most;
}

long rr_sys_sched_rr_get_interval(int tid, uint64_t out)
{
	struct rr_task *task;
	int error = find_thread(tid, &task);
	if (error)
		return error;
	uint8_t policy = rr_sched_parameters(&task->thread).policy;
	struct rr_abi_timespec interval = { 0, policy == SCHED_RR ? RR_SCHED_ROUND_NS : policy == SCHED_FIFO ? 0 : FAIR_SLICE_NS };
	return rr_put_user(interval, out);
}
