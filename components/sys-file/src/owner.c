/* Who is told of input by which signal: kept and shown, but nobody is told. */
#include <rr/process.h>
#include "owner.h"

#define LAST_SIGNAL 64

static bool group_exists(int group)
{
	for (struct rr_process *each = rr_process_next(NULL); each; each = rr_process_next(each))
		if (each->pgid == group)
			return true;
	return false;
}

static bool exists(const struct rr_abi_owner *owner)
{
	switch (owner->type) {
	case F_OWNER_TID: return rr_task_find(owner->pid);
	case F_OWNER_PID: return rr_process_find(owner->pid);
	default: return group_exists(owner->pid);
	}
}

static long set_owner(struct rr_file *file, const struct rr_abi_owner *owner)
{
	if (owner->type < F_OWNER_TID || owner->type > F_OWNER_PGRP)
		return -EINVAL;
	if (owner->pid && !exists(owner))
		return -ESRCH;
	file->owner = owner->pid;
	file->owner_type = owner->type;
	return 0;
}

/* Groups are numbers below zero here. */
static long set_owner_number(struct rr_file *file, int number)
{
	if (number == INT32_MIN)
		return -EINVAL;
	return set_owner(file, &(struct rr_abi_owner){ .type = number < 0 ? F_OWNER_PGRP : F_OWNER_PID, .pid = number < 0 ? -number : number });
}

static long set_owner_of(struct rr_file *file, uint64_t address)
{
	struct rr_abi_owner owner;
	return rr_get_user(owner, address) ? -EFAULT : set_owner(file, &owner);
}

static long set_signal(struct rr_file *file, uint64_t number)
{
	if (number > LAST_SIGNAL)
		return -EINVAL;
	file->signal = number;
	return 0;
}

long sys_file_owner(struct rr_file *file, unsigned command, uint64_t argument)
{
	struct rr_abi_owner owner = { .type = file->owner_type, .pid = file->owner };
	switch (command) {
	case F_SETOWN: return set_owner_number(file, (int)argument);
	case F_GETOWN: return file->owner_type == F_OWNER_PGRP ? -file->owner : file->owner;
	case F_SETOWN_EX: return set_owner_of(file, argument);
	case F_GETOWN_EX: return rr_put_user(owner, argument);
	case F_SETSIG: return set_signal(file, argument);
	case F_GETSIG: return file->signal;
	default: return -ENOSYS;
	}
}
