/* semctl(2). */
#include <rr/clock.h>
#include <rr/heap.h>
#include <rr/process.h>
#include <rr/uaccess.h>
#include "set.h"

long rr_sys_semctl(int id, int number, int command, uint64_t argument);

static long count_waiting(const struct sem_set *set, unsigned number, bool for_zero)
{
	long count = 0;
	rr_list_for_each(node, &set->waiting) {
		const struct sem_waiter *waiter = rr_list_entry(node, struct sem_waiter, link);
		count += waiter->number == number && waiter->for_zero == for_zero;
	}
	return count;
}

static void note_change(struct sem_set *set, unsigned number)
{
	sem_undo_forget(set, number);
	set->state.ctime = rr_clock_realtime() / RR_NSEC_PER_SEC;
	sem_set_changed(set);
}

static long of_one(struct sem_set *set, int number, int command, int value)
{
	if (number < 0 || (unsigned)number >= set->count)
		return -EINVAL;
	struct semaphore *semaphore = &set->semaphores[number];
	switch (command) {
	case GETVAL: return semaphore->value;
	case GETPID: return semaphore->pid;
	case GETNCNT: return count_waiting(set, number, false);
	case GETZCNT: return count_waiting(set, number, true);
	default:
		semaphore->value = value;
		semaphore->pid = rr_current_process()->pid;
		note_change(set, number);
		return 0;
	}
}

static long of_all(struct sem_set *set, bool change, uint64_t address)
{
	size_t size = set->count * sizeof(uint16_t);
	uint16_t *values = rr_alloc(size);
	if (!values)
		return -ENOMEM;
	for (unsigned i = 0; i < set->count; i++)
		values[i] = set->semaphores[i].value;
	long error = change ? rr_copy_from_user(values, address, size) : rr_copy_to_user(address, values, size);
	for (unsigned i = 0; i < set->count && change && !error; i++)
		error = values[i] > SEM_HIGHEST ? -ERANGE : 0;
	if (change && !error) {
		for (unsigned i = 0; i < set->count; i++) {
			set->semaphores[i].value = values[i];
			set->semaphores[i].pid = rr_current_process()->pid;
		}
		note_change(set, set->count);
	}
	rr_free(values);
	return error;
}

/* What each command demands; 0: there is no such command. */
static unsigned access_of(int command)
{
	switch (command) {
	case IPC_STAT:
	case GETVAL:
	case GETPID:
	case GETNCNT:
	case GETZCNT:
	case GETALL: return RR_IPC_READ;
	case SETVAL:
	case SETALL: return RR_IPC_WRITE;
	default: return 0;
	}
}

long rr_sys_semctl(int id, int number, int command, uint64_t argument)
{
	struct rr_abi_semid_ds wanted;
	if (command == IPC_SET && rr_get_user(wanted, argument))
		return -EFAULT;
	struct sem_set *set = id < 0 ? NULL : sem_set_find(id);
	if (command == SETVAL && ((int)argument < 0 || (int)argument > SEM_HIGHEST) && set)
		return -ERANGE;
	if (!set)
		return -EINVAL;
	if (command == IPC_RMID || command == IPC_SET)
		return sem_set_control(set, command, &wanted.perm);
	unsigned access = access_of(command);
	if (!access)
		return -EINVAL;
	int error = rr_ipc_check(&set->state.perm, access);
	if (error)
		return error;
	if (command == IPC_STAT)
		return rr_put_user(set->state, argument);
	return command == GETALL || command == SETALL ? of_all(set, command == SETALL, argument) : of_one(set, number, command, (int)argument);
}
