/* sched_setaffinity(2), getcpu(2), where there is one CPU. */
#include <rr/abi/errno.h>
#include <rr/cpu.h>
#include <rr/uaccess.h>
#include "internal.h"

/* Bytes of the CPU masks given out. */
#define MASK_SIZE sizeof(uint64_t)

long rr_sys_sched_getaffinity(int tid, unsigned size, uint64_t mask);
long rr_sys_sched_setaffinity(int tid, unsigned size, uint64_t mask);
long rr_sys_getcpu(uint64_t cpu, uint64_t node);

long rr_sys_sched_getaffinity(int tid, unsigned size, uint64_t mask)
{
	uint64_t cpus = 1;
	if (size < MASK_SIZE || size % sizeof(long))
		return -EINVAL;
	if (tid && !rr_task_find(tid))
		return -ESRCH;
	return rr_put_user(cpus, mask) ? -EFAULT : (long)MASK_SIZE;
}

long rr_sys_sched_setaffinity(int tid, unsigned size, uint64_t mask)
{
	uint64_t cpus = 0;
	if (rr_copy_from_user(&cpus, mask, rr_min((size_t)size, MASK_SIZE)))
		return -EFAULT;
	struct rr_task *task = tid ? rr_task_find(tid) : rr_current_task();
	if (!task)
		return -ESRCH;
	if (!may_change(task))
		return -EPERM;
	return cpus & 1 ? 0 : -EINVAL;
}

long rr_sys_getcpu(uint64_t cpu, uint64_t node)
{
	uint32_t index = rr_this_cpu()->index, zero = 0;
	return (cpu && rr_put_user(index, cpu)) || (node && rr_put_user(zero, node)) ? -EFAULT : 0;
}
