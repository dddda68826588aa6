#include "check.h"
#include <rr/abi/errno.h>

long rr_sys_mprotect(uint64_t address, uint64_t length, uint64_t prot)
{
	struct rr_aspace *space = rr_aspace_current();
	if (address & RR_PAGE_MASK || prot & ~(uint64_t)(PROT_RIGHTS | PROT_SEM))
		return -EINVAL;
	prot &= PROT_RIGHTS;
	return refuses_prot(space, (unsigned)prot) ? -EACCES : rr_vm_protect(space, address, length, (unsigned)prot);
}
