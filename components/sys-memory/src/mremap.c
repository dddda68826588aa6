#include "check.h"
#include <rr/abi/errno.h>

long rr_sys_mremap(uint64_t address, uint64_t length, uint64_t new_length, uint64_t flags, uint64_t target)
{
	struct rr_aspace *space = rr_aspace_current();
	if (flags & ~(uint64_t)(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP))
		return -EINVAL;
	if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) && !(flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if (flags & MREMAP_DONTUNMAP && length != new_length)
		return -EINVAL;
	if (!rr_align_up(new_length, RR_PAGE_SIZE))
		return -EINVAL;
	if (new_length > length && over_limit(space, new_length - length))
		return -ENOMEM;
	struct rr_vm_move how = {
		.move = flags & MREMAP_MAYMOVE, .keep = flags & MREMAP_DONTUNMAP, .target = flags & MREMAP_FIXED ? &target : NULL };
	uint64_t result;
	int error = rr_vm_remap(space, address, length, new_length, &how, &result);
	return error ? error : (long)result;
}
