/* FUTEX_LOCK_PI, LOCK_PI2, TRYLOCK_PI, UNLOCK_PI. */
#include <rr/abi/errno.h>
#include <rr/uaccess.h>
#include <rr/wait.h>
#include "internal.h"
#include "pi.h"

/* The oldest of these calls has always meant wall time. */
static int clock_of(int operation)
{
	return (operation & FUTEX_COMMAND) == FUTEX_LOCK_PI ? operation | FUTEX_CLOCK_REALTIME : operation;
}

long lock_pi(const struct rr_futex_request *request)
{
	bool try = (request->operation & FUTEX_COMMAND) == FUTEX_TRYLOCK_PI;
	struct rr_futex_deadline deadline;
	struct rr_futex_key key;
	struct pi_lock *lock;
	int error = try ? 0 : rr_futex_deadline(request->timeout, clock_of(request->operation), &deadline);
	if (!error)
		error = rr_futex_key(request->address, request->operation & FUTEX_PRIVATE_FLAG, true, &key);
	if (error)
		return error;
	int taken = pi_take(request->address, &key, rr_current_task(), false, &lock);
	if (taken)
		return taken > 0 ? 0 : taken;
	struct pi_waiter self = { .futex = { .thread = rr_current_thread(), .bits = FUTEX_ANY_BIT, .pi = &self }, .task = rr_current_task(),
		.address = request->address };
	error = try ? -EAGAIN : pi_block(&self, lock);
	if (error) {
		pi_drop(lock);
		return error;
	}
	error = pi_sleep(&self, &deadline);
	return error == -RR_ERESTARTSYS ? -RR_ERESTARTNOINTR : error;
}

static long hand_over(uint64_t address, uint32_t value, const struct rr_futex_waiter *top)
{
	struct pi_waiter *waiter = top->pi;
	if (!waiter || !waiter->lock || waiter->lock->owner != rr_current_task())
		return -EINVAL;
	uint32_t seen;
	int error = rr_cmpxchg_user(address, value, FUTEX_WAITERS | waiter->task->tid, &seen);
	if (error)
		return error;
	if (seen != value)
		return -EAGAIN;
	pi_hand_over(waiter->lock, false);
	return 0;
}

long unlock_pi(const struct rr_futex_request *request)
{
	struct rr_futex_key key;
	uint32_t value, seen;
	if (request->address & 3)
		return -EINVAL;
	if (rr_get_user(value, request->address))
		return -EFAULT;
	if ((int)(value & FUTEX_TID_MASK) != rr_current_task()->tid)
		return -EPERM;
	int error = rr_futex_key(request->address, request->operation & FUTEX_PRIVATE_FLAG, true, &key);
	if (error)
		return error;
	const struct rr_futex_waiter *top = pi_top_waiter(&key);
	if (top)
		return hand_over(request->address, value, top);
	error = rr_cmpxchg_user(request->address, value, 0, &seen);
	return error ? error : seen == value ? 0 : -EAGAIN;
}

void leave_pi_locks(struct rr_task *task)
{
	while (task->pi_owned.next && !rr_list_empty(&task->pi_owned))
		pi_hand_over(rr_list_entry(task->pi_owned.next, struct pi_lock, owned), true);
}
