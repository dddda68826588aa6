#include <rr/abi/errno.h>
#include <rr/futex.h>
#include <rr/paging.h>
#include <rr/page.h>
#include <rr/uaccess.h>
#include <rr/vm.h>

/* Bring the page in as a write would, so that it is the one all will see. 1: it may only be read. */
static int touch(uint64_t address)
{
	uint32_t value, seen;
	if (rr_get_user(value, address))
		return -EFAULT;
	return rr_cmpxchg_user(address, value, value, &seen) ? 1 : 0;
}

int rr_futex_key(uint64_t address, bool private, bool write, struct rr_futex_key *key)
{
	if (address & 3)
		return -EINVAL;
	if (address >= RR_VM_MAX)
		return -EFAULT;
	*key = (struct rr_futex_key){ rr_aspace_current(), address };
	if (private)
		return 0;
	int read_only = touch(address);
	rr_phys page = rr_vm_shared_frame(rr_aspace_current(), address);
	/* private memory that nobody can write will never change: not even a waiter makes sense */
	if (read_only < 0 || (read_only && (write || page == RR_NO_PAGE)))
		return -EFAULT;
	/* a private mapping's futex stays with its process even when asked for as shared */
	if (page == RR_NO_PAGE)
		key->address |= 1;
	else
		*key = (struct rr_futex_key){ NULL, page + (address & RR_PAGE_MASK) };
	return 0;
}
