/* FUTEX_WAIT_REQUEUE_PI and FUTEX_CMP_REQUEUE_PI: a condition variable whose mutex inherits priorities. */
#include <rr/abi/errno.h>
#include <rr/uaccess.h>
#include <rr/wait.h>
#include "internal.h"
#include "pi.h"

/* Until the thread is moved to the lock, or given it. 0, -ETIMEDOUT, -RR_ERESTARTSYS. */
static int wait_to_be_moved(struct pi_waiter *self, const struct rr_futex_deadline *deadline)
{
	int error = 0;
	while (!self->lock && !self->acquired && !error)
		error = rr_futex_sleep(deadline);
	return self->lock || self->acquired ? 0 : error;
}

static int check_words(const struct rr_futex_request *request, struct pi_waiter *self)
{
	bool private = request->operation & FUTEX_PRIVATE_FLAG;
	uint32_t value;
	int error = rr_futex_key(request->address2, private, true, &self->target);
	if (!error)
		error = rr_futex_key(request->address, private, false, &self->futex.key);
	if (!error && rr_get_user(value, request->address))
		error = -EFAULT;
	if (error)
		return error;
	if (value != request->value)
		return -EAGAIN;
	return rr_futex_same(&self->futex.key, &self->target) ? -EINVAL : 0;
}

long wait_requeue_pi(const struct rr_futex_request *request)
{
	struct rr_futex_deadline deadline;
	struct pi_waiter self = { .futex = { .bits = FUTEX_ANY_BIT, .pi = &self }, .task = rr_current_task(), .address = request->address2 };
	int error = rr_futex_deadline(request->timeout, request->operation, &deadline);
	if (!error && request->address == request->address2)
		error = -EINVAL;
	if (!error)
		error = check_words(request, &self);
	if (error)
		return error;
	rr_list_init(&self.link);
	rr_futex_queue(&self.futex);
	error = wait_to_be_moved(&self, &deadline);
	if (error) {
		rr_list_remove(&self.futex.link);
		return error == -RR_ERESTARTSYS ? -RR_ERESTARTNOINTR : error;
	}
	error = pi_sleep(&self, &deadline);
	/* the word has changed since: a restart would say this */
	return error == -RR_ERESTARTSYS ? -EAGAIN : error;
}

/* Give `waiter` the lock, or let it wait for it. */
static int move(struct pi_waiter *waiter, const struct rr_futex_request *request, const struct rr_futex_key *to, bool contended)
{
	struct pi_lock *lock;
	if (!waiter || waiter->lock || !rr_futex_same(&waiter->target, to))
		return -EINVAL;
	int taken = pi_take(request->address2, to, waiter->task, contended, &lock);
	if (taken < 0)
		return taken;
	if (taken) {
		waiter->acquired = true;
		rr_futex_wake_waiter(&waiter->futex);
		return 0;
	}
	struct rr_futex_key from = waiter->futex.key;
	rr_list_remove(&waiter->futex.link);
	int error = pi_block(waiter, lock);
	if (error) {
		waiter->futex.key = from;
		rr_futex_insert(&waiter->futex);
		pi_drop(lock);
	}
	return error;
}

/* The first is to be woken, which is to get the lock or to be the first to get it; so many more may follow it. */
static long move_all(const struct rr_futex_request *request, const struct rr_futex_key *from, const struct rr_futex_key *to)
{
	long moved = 0, most = 1 + (long)(int)request->timeout;
	while (moved < most) {
		struct rr_futex_waiter *top = pi_top_waiter(from);
		if (!top)
			break;
		int error = move(top->pi, request, to, most > 1);
		if (error)
			return error;
		moved++;
	}
	return moved;
}

long requeue_pi(const struct rr_futex_request *request)
{
	bool private = request->operation & FUTEX_PRIVATE_FLAG;
	struct rr_futex_key from, to;
	uint32_t value;
	if ((int)request->timeout < 0 || request->value != 1 || request->address == request->address2)
		return -EINVAL;
	int error = rr_futex_key(request->address, private, false, &from);
	if (!error)
		error = rr_futex_key(request->address2, private, true, &to);
	if (error)
		return error;
	if (rr_futex_same(&from, &to))
		return -EINVAL;
	if (rr_get_user(value, request->address))
		return -EFAULT;
	return value == request->value3 ? move_all(request, &from, &to) : -EAGAIN;
}
