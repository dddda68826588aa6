/* poll(2), ppoll(2). */
#include <rr/abi/resource.h>
#include <rr/abi/time.h>
#include <rr/deadline.h>
#include <rr/heap.h>
#include <rr/process.h>
#include "poller.h"

/* So many lie on the stack. */
#define FEW 64

/* Files of the program's entries. A descriptor that is not open is ready at once. How many such. */
static unsigned get_files(const struct rr_abi_pollfd *fds, struct poll_entry *entries, unsigned count)
{
	struct rr_fdtable *table = rr_current_fdtable();
	unsigned invalid = 0;
	for (unsigned i = 0; i < count; i++) {
		entries[i] = (struct poll_entry){ .events = (uint16_t)fds[i].events };
		if (fds[i].fd < 0)
			continue;
		entries[i].file = rr_fd_peek(table, fds[i].fd);
		if (!entries[i].file) {
			entries[i].ready = POLLNVAL;
			invalid++;
		}
	}
	return invalid;
}

static long run(uint64_t address, struct rr_abi_pollfd *fds, struct poll_entry *entries, unsigned count, uint64_t deadline)
{
	if (rr_copy_from_user(fds, address, count * sizeof(*fds)))
		return -EFAULT;
	unsigned invalid = get_files(fds, entries, count);
	long result = poll_wait(entries, count, invalid ? 0 : deadline);
	for (unsigned i = 0; i < count; i++)
		fds[i].revents = entries[i].ready;
	if (result < 0)
		return result;
	if (rr_copy_to_user(address, fds, count * sizeof(*fds)))
		return -EFAULT;
	return result + invalid;
}

static long poll(uint64_t address, unsigned count, uint64_t deadline)
{
	struct rr_abi_pollfd few_fds[FEW];
	struct poll_entry few[FEW];
	if (count > rr_current_limit(RLIMIT_NOFILE))
		return -EINVAL;
	if (count <= FEW)
		return run(address, few_fds, few, count, deadline);
	struct poll_entry *entries = rr_alloc(count * (sizeof(*entries) + sizeof(struct rr_abi_pollfd)));
	if (!entries)
		return -ENOMEM;
	long result = run(address, (void *)(entries + count), entries, count, deadline);
	rr_free(entries);
	return result;
}

long rr_sys_poll(uint64_t fds, unsigned count, int milliseconds)
{
	uint64_t deadline = rr_restart_deadline();
	if (!deadline) {
		deadline = RR_FOREVER;
		if (milliseconds >= 0)
			rr_deadline_after(milliseconds / 1000, milliseconds % 1000 * 1000000l, &deadline);
	}
	long result = poll(fds, count, deadline);
	return result == -RR_ERESTARTNOHAND ? rr_restart_later(deadline) : result;
}

long rr_sys_ppoll(uint64_t fds, unsigned count, uint64_t timeout, uint64_t mask_address, size_t mask_size)
{
	struct rr_abi_timespec time;
	uint64_t deadline = RR_FOREVER;
	if (timeout) {
		if (rr_get_user(time, timeout))
			return -EFAULT;
		if (!rr_deadline_after(time.sec, time.nsec, &deadline))
			return -EINVAL;
	}
	long result = rr_signal_begin_wait_mask(mask_address, mask_size);
	if (result)
		return result;
	result = poll(fds, count, deadline);
	rr_signal_end_wait_mask(mask_address, result == -RR_ERESTARTNOHAND);
	if (timeout && deadline) {
		uint64_t left = rr_deadline_left(deadline);
		time = (struct rr_abi_timespec){ .sec = left / RR_NSEC_PER_SEC, .nsec = left % RR_NSEC_PER_SEC };
		if (deadline != RR_FOREVER)
			rr_put_user(time, timeout); /* as on Linux, a failure here is not reported */
	}
	return result;
}
