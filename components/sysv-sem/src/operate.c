/* semop(2), semtimedop(2). */
#include <rr/abi/time.h>
#include <rr/deadline.h>
#include <rr/heap.h>
#include <rr/process.h>
#include <rr/uaccess.h>
#include "set.h"

#define MOST_OPERATIONS 500 /* SEMOPM */

struct operations {
	const struct rr_abi_sembuf *items;
	unsigned count;
	struct sem_undo *undo; /* NULL: none asks for it */
};

long rr_sys_semop(int id, uint64_t address, unsigned count);
long rr_sys_semtimedop(int id, uint64_t address, unsigned count, uint64_t timeout);

static void take_back(struct sem_set *set, const struct operations *operations, unsigned upto)
{
	while (upto--) {
		const struct rr_abi_sembuf *item = &operations->items[upto];
		set->semaphores[item->number].value -= item->change;
		if (item->flags & SEM_UNDO)
			*sem_undo_of(operations->undo, item->number) += item->change;
	}
}

/* One operation: 0 done, 1 it must wait, -ERANGE. */
static int operate(struct sem_set *set, const struct operations *operations, const struct rr_abi_sembuf *item)
{
	struct semaphore *semaphore = &set->semaphores[item->number];
	int value = semaphore->value + item->change;
	if (value < 0 || (!item->change && semaphore->value))
		return 1;
	if (value > SEM_HIGHEST)
		return -ERANGE;
	if (item->flags & SEM_UNDO) {
		int16_t *undo = sem_undo_of(operations->undo, item->number);
		int back = *undo - item->change;
		if (back < -SEM_HIGHEST - 1 || back > SEM_HIGHEST)
			return -ERANGE;
		*undo = back;
	}
	semaphore->value = value;
	return 0;
}

/* All or none. 0, -ERANGE, or 1: *blocked has to wait. */
static int try(struct sem_set *set, const struct operations *operations, const struct rr_abi_sembuf **blocked)
{
	for (unsigned i = 0; i < operations->count; i++) {
		int result = operate(set, operations, &operations->items[i]);
		if (result) {
			*blocked = &operations->items[i];
			take_back(set, operations, i);
			return result;
		}
	}
	for (unsigned i = 0; i < operations->count; i++)
		set->semaphores[operations->items[i].number].pid = rr_current_process()->pid;
	set->state.otime = rr_clock_realtime() / RR_NSEC_PER_SEC;
	return 0;
}

static int wait_at(struct sem_set *set, const struct rr_abi_sembuf *item, uint64_t deadline)
{
	struct sem_waiter waiter = { .number = item->number, .for_zero = !item->change };
	uint64_t seen = set->changes;
	rr_list_push_back(&set->waiting, &waiter.link);
	int error = rr_wait_until(&set->changed, set->changes != seen, deadline, RR_INTERRUPTIBLE);
	rr_list_remove(&waiter.link);
	if (set->removed)
		return -EIDRM;
	return error == -ETIMEDOUT ? -EAGAIN : error ? -EINTR : 0; /* these calls are never restarted */
}

static long perform(struct sem_set *set, const struct operations *operations, uint64_t deadline)
{
	const struct rr_abi_sembuf *blocked;
	int result = try(set, operations, &blocked);
	for (; result > 0; result = try(set, operations, &blocked)) {
		if (blocked->flags & IPC_NOWAIT)
			return -EAGAIN;
		result = wait_at(set, blocked, deadline);
		if (result)
			return result;
	}
	if (!result)
		sem_set_changed(set);
	return result;
}

static long check(const struct sem_set *set, const struct operations *operations)
{
	bool alters = false;
	for (unsigned i = 0; i < operations->count; i++) {
		if (operations->items[i].number >= set->count)
			return -EFBIG;
		alters |= operations->items[i].change != 0;
	}
	return rr_ipc_check(&set->state.perm, alters ? RR_IPC_WRITE : RR_IPC_READ);
}

static long with_set(int id, struct operations *operations, uint64_t deadline)
{
	struct sem_set *set = id < 0 ? NULL : sem_set_find(id);
	if (!set)
		return -EINVAL;
	long error = check(set, operations);
	for (unsigned i = 0; i < operations->count && !error && !operations->undo; i++)
		if (operations->items[i].flags & SEM_UNDO)
			error = sem_undo_get(set, &operations->undo);
	if (error)
		return error;
	set->users++;
	error = perform(set, operations, deadline);
	sem_set_put(set);
	return error;
}

static int read_deadline(uint64_t timeout, uint64_t *deadline)
{
	struct rr_abi_timespec time;
	*deadline = RR_FOREVER;
	if (!timeout)
		return 0;
	if (rr_get_user(time, timeout))
		return -EFAULT;
	return rr_deadline_after(time.sec, time.nsec, deadline) ? 0 : -EINVAL;
}

long rr_sys_semtimedop(int id, uint64_t address, unsigned count, uint64_t timeout)
{
	uint64_t deadline;
	int error = read_deadline(timeout, &deadline);
	if (error)
		return error;
	if (!count || id < 0)
		return -EINVAL;
	if (count > MOST_OPERATIONS)
		return -E2BIG;
	struct rr_abi_sembuf *items = rr_alloc(count * sizeof(*items));
	if (!items)
		return -ENOMEM;
	long result = rr_copy_from_user(items, address, count * sizeof(*items));
	if (!result)
		result = with_set(id, &(struct operations){ .items = items, .count = count }, deadline);
	rr_free(items);
	return result;
}

long rr_sys_semop(int id, uint64_t address, unsigned count) { return rr_sys_semtimedop(id, address, count, 0); }
