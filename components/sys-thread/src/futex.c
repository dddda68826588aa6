/* futex(2): waiting and waking, what every program with locks carries. The rest is in the sys-futex component. */
#include <rr/abi/errno.h>
#include <rr/futex.h>
#include <rr/signal.h>
#include <rr/uaccess.h>
#include <rr/wait.h>

static long wait(const struct rr_futex_request *request, uint32_t bits)
{
	struct rr_futex_waiter self = { .bits = bits };
	struct rr_futex_deadline deadline;
	uint32_t value;
	uint64_t again = request->timeout ? rr_restart_deadline() : 0;
	int error = rr_futex_deadline(request->timeout, request->operation, &deadline);
	if (again)
		deadline.at = again;
	if (!error && !bits)
		error = -EINVAL;
	if (!error)
		error = rr_futex_key(request->address, request->operation & FUTEX_PRIVATE_FLAG, false, &self.key);
	if (error)
		return error;
	if (rr_get_user(value, request->address))
		return -EFAULT;
	if (value != request->value)
		return -EAGAIN;
	rr_futex_queue(&self);
	while (!self.woken && !error)
		error = rr_futex_sleep(&deadline);
	rr_list_remove(&self.link);
	if (self.woken)
		return 0;
	/* with a timeout a handler ends the wait, whatever its flags: signal(7) */
	return error == -RR_ERESTARTSYS && deadline.at != RR_FOREVER ? rr_restart_later(deadline.at) : error;
}

static long wake(const struct rr_futex_request *request, uint32_t bits)
{
	struct rr_futex_key key;
	int error = bits ? rr_futex_key(request->address, request->operation & FUTEX_PRIVATE_FLAG, false, &key) : -EINVAL;
	return error ? error : rr_futex_wake(&key, (int)request->value, bits);
}

long rr_sys_futex(uint64_t address, int operation, uint32_t value, uint64_t timeout, uint64_t address2, uint32_t value3);
long rr_sys_futex(uint64_t address, int operation, uint32_t value, uint64_t timeout, uint64_t address2, uint32_t value3)
{
	const struct rr_futex_request request = { address, timeout, address2, operation, value, value3 };
	switch (operation & ~FUTEX_PRIVATE_FLAG) {
	case FUTEX_WAIT: return wait(&request, FUTEX_ANY_BIT);
	case FUTEX_WAKE: return wake(&request, FUTEX_ANY_BIT);
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME: return wait(&request, value3);
	case FUTEX_WAKE_BITSET: return wake(&request, value3);
	default: return rr_futex_other ? rr_futex_other(&request) : -ENOSYS;
	}
}
