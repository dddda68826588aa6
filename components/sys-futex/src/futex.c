/* Which operation of futex(2) goes where, and what becomes of a thread's locks when it ends. */
#include <rr/abi/errno.h>
#include "internal.h"
#include "pi.h"

void rr_sys_futex_init(void);

static bool takes_realtime(int command)
{
	return command == FUTEX_WAIT_BITSET || command == FUTEX_WAIT_REQUEUE_PI || command == FUTEX_LOCK_PI2;
}

static long other(const struct rr_futex_request *request)
{
	int command = request->operation & FUTEX_COMMAND;
	if (request->operation & FUTEX_CLOCK_REALTIME && !takes_realtime(command)) {
		struct rr_futex_deadline deadline;
		bool timed = command == FUTEX_WAIT || command == FUTEX_LOCK_PI;
		int error = timed ? rr_futex_deadline(request->timeout, request->operation, &deadline) : 0;
		return error ? error : -ENOSYS;
	}
	switch (command) {
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE: return requeue(request);
	case FUTEX_WAKE_OP: return wake_op(request);
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
	case FUTEX_TRYLOCK_PI: return lock_pi(request);
	case FUTEX_UNLOCK_PI: return unlock_pi(request);
	case FUTEX_WAIT_REQUEUE_PI: return wait_requeue_pi(request);
	case FUTEX_CMP_REQUEUE_PI: return requeue_pi(request);
	default: return -ENOSYS;
	}
}

/* As Linux does it: by the shared key, whoever waits. */
static void wake_address(uint64_t address)
{
	struct rr_futex_key key;
	if (!rr_futex_key(address, false, false, &key))
		rr_futex_wake(&key, 1, FUTEX_ANY_BIT);
}

static void leave_locks(struct rr_task *task)
{
	leave_robust_locks(task);
	leave_pi_locks(task);
}

void rr_sys_futex_init(void)
{
	rr_futex_other = other;
	rr_futex_wake_hook = wake_address;
	rr_futex_exit_hook = leave_locks;
	pi_init();
}
