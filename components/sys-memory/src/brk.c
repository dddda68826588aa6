#include "check.h"

/* The program break afterwards: the old one when `wanted` cannot be had, which is how the caller learns. */
long rr_sys_brk(uint64_t wanted)
{
	struct rr_aspace *space = rr_aspace_current();
	if (wanted < space->brk_start || wanted > space->brk_limit)
		return (long)space->brk;
	uint64_t old = rr_align_up(space->brk, RR_PAGE_SIZE), new = rr_align_up(wanted, RR_PAGE_SIZE);
	if (new < old && rr_vm_unmap(space, new, old - new))
		return (long)space->brk;
	if (new > old && (!rr_vm_is_free(space, old, new - old) || over_limit(space, new - old) ||
	                  rr_vm_map(space, &old, new - old, PROT_READ | PROT_WRITE, 0, true, NULL, 0)))
		return (long)space->brk;
	space->brk = wanted;
	return (long)wanted;
}
