/* Signal masks that hold while a call waits. */
#include <rr/abi/errno.h>
#include <rr/process.h>
#include <rr/uaccess.h>

int rr_signal_begin_wait_mask(uint64_t address, uint64_t size)
{
	uint64_t set;
	if (!address)
		return 0;
	if (size != sizeof(set))
		return -EINVAL;
	if (rr_get_user(set, address))
		return -EFAULT;
	struct rr_task *task = rr_current_task();
	rr_signal_enable_restart();
	task->saved_sigmask = task->sigmask;
	rr_signal_set_mask(set);
	return 0;
}

void rr_signal_end_wait_mask(uint64_t address, bool interrupted)
{
	if (!address)
		return;
	if (interrupted)
		rr_current_task()->restore_sigmask = true;
	else
		rr_signal_set_mask(rr_current_task()->saved_sigmask);
}
