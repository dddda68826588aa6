/*
 * membarrier(2). On one CPU a thread that is switched to finds all memory in order: the barriers are trivially there, and only who has
 * registered is kept.
 */
#include <rr/abi/errno.h>
#include "internal.h"

#define QUERY 0
#define GLOBAL 1
#define GLOBAL_EXPEDITED 2
#define REGISTER_GLOBAL_EXPEDITED 4
#define PRIVATE_EXPEDITED 8
#define REGISTER_PRIVATE_EXPEDITED 16
#define PRIVATE_SYNC_CORE 32
#define REGISTER_PRIVATE_SYNC_CORE 64
#define GET_REGISTRATIONS 512
#define SUPPORTED (GLOBAL | GLOBAL_EXPEDITED | REGISTER_GLOBAL_EXPEDITED | PRIVATE_EXPEDITED | REGISTER_PRIVATE_EXPEDITED | \
	PRIVATE_SYNC_CORE | REGISTER_PRIVATE_SYNC_CORE | GET_REGISTRATIONS)

long rr_sys_membarrier(int command, unsigned flags, int cpu);
long rr_sys_membarrier(int command, unsigned flags, int cpu)
{
	struct rr_process *process = rr_current_process();
	(void)cpu;
	if (flags)
		return -EINVAL;
	switch (command) {
	case QUERY: return SUPPORTED;
	case GLOBAL:
	case GLOBAL_EXPEDITED: return 0;
	case PRIVATE_EXPEDITED: return process->barriers & REGISTER_PRIVATE_EXPEDITED ? 0 : -EPERM;
	case PRIVATE_SYNC_CORE: return process->barriers & REGISTER_PRIVATE_SYNC_CORE ? 0 : -EPERM;
	case REGISTER_GLOBAL_EXPEDITED:
	case REGISTER_PRIVATE_EXPEDITED:
	case REGISTER_PRIVATE_SYNC_CORE: process->barriers |= command; return 0;
	case GET_REGISTRATIONS: return process->barriers;
	default: return -EINVAL;
	}
}
