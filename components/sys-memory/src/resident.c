/* What is in memory, and that it stays: mincore(2), mlock(2) and its family, msync(2). There is no swap, so little is to be done. */
#include "check.h"
#include <rr/abi/errno.h>
#include <rr/uaccess.h>

long rr_sys_mincore(uint64_t address, uint64_t length, uint64_t vector)
{
	struct rr_aspace *space = rr_aspace_current();
	if (address & RR_PAGE_MASK)
		return -EINVAL;
	if (!rr_vm_is_mapped(space, address, length))
		return -ENOMEM;
	for (uint64_t end = address + length; address < end; address += RR_PAGE_SIZE, vector++) {
		uint8_t present = rr_paging_lookup(space->root, address, NULL) != RR_NO_PAGE;
		if (rr_put_user(present, vector))
			return -EFAULT;
	}
	return 0;
}

static long lock(uint64_t address, uint64_t length, bool bring_in)
{
	struct rr_aspace *space = rr_aspace_current();
	length = rr_align_up(length + (address & RR_PAGE_MASK), RR_PAGE_SIZE);
	address = rr_align_down(address, RR_PAGE_SIZE);
	if (address + length < address)
		return -EINVAL;
	if (!rr_vm_is_mapped(space, address, length))
		return -ENOMEM;
	return bring_in && rr_vm_populate(space, address, length, false) ? -ENOMEM : 0;
}

long rr_sys_mlock(uint64_t address, uint64_t length) { return lock(address, length, true); }
long rr_sys_munlock(uint64_t address, uint64_t length) { return lock(address, length, false); }
long rr_sys_mlock2(uint64_t address, uint64_t length, unsigned flags)
{
	return flags & ~MLOCK_ONFAULT ? -EINVAL : lock(address, length, !flags);
}
long rr_sys_mlockall(uint64_t flags)
{
	return !flags || flags == MCL_ONFAULT || flags & ~(uint64_t)(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) ? -EINVAL : 0;
}
long rr_sys_munlockall(void) { return 0; }

long rr_sys_msync(uint64_t address, uint64_t length, unsigned flags)
{
	if (address & RR_PAGE_MASK || flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) || (flags & MS_ASYNC && flags & MS_SYNC))
		return -EINVAL;
	/* a length that ends with the address space is one of 0 */
	length = rr_align_up(length, RR_PAGE_SIZE);
	return !length || rr_vm_is_mapped(rr_aspace_current(), address, length) ? 0 : -ENOMEM;
}
