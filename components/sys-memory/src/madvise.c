#include "check.h"
#include <rr/abi/errno.h>

static int only_private(const struct rr_vm_area *area, void *argument)
{
	const uint64_t *range = argument;
	bool inside = area->end > range[0] && area->start < range[1];
	return inside && (area->object || area->flags & RR_MAP_SHARED) ? -EINVAL : 0;
}

static int free_lazily(struct rr_aspace *space, uint64_t address, uint64_t length)
{
	int error = rr_vm_each(space, only_private, (uint64_t[]){ address, address + length });
	return error ? error : rr_vm_discard(space, address, length); /* any time after the call will do: now */
}

static int wipe_on_fork(struct rr_aspace *space, uint64_t address, uint64_t length)
{
	int error = rr_vm_each(space, only_private, (uint64_t[]){ address, address + length });
	return error ? error : rr_vm_mark(space, address, length, 0, RR_MAP_WIPED);
}

long rr_sys_madvise(uint64_t address, uint64_t length, int advice)
{
	struct rr_aspace *space = rr_aspace_current();
	uint64_t asked = length;
	length = rr_align_up(length, RR_PAGE_SIZE);
	if (address & RR_PAGE_MASK || (asked && !length) || address + length < address)
		return -EINVAL;
	if (length > RR_VM_MAX || address > RR_VM_MAX - length)
		return length ? -ENOMEM : 0;
	switch (advice) {
	case MADV_DONTNEED:
		return rr_vm_discard(space, address, length);
	case MADV_REMOVE:
		return rr_vm_punch(space, address, length);
	case MADV_DONTFORK:
		return rr_vm_mark(space, address, length, 0, RR_MAP_NOT_FORKED);
	case MADV_DOFORK:
		return rr_vm_mark(space, address, length, RR_MAP_NOT_FORKED, 0);
	case MADV_WIPEONFORK:
		return wipe_on_fork(space, address, length);
	case MADV_KEEPONFORK:
		return rr_vm_mark(space, address, length, RR_MAP_WIPED, 0);
	case MADV_FREE:
		return free_lazily(space, address, length);
	case MADV_POPULATE_READ:
	case MADV_POPULATE_WRITE: {
		int error = rr_vm_populate(space, address, length, advice == MADV_POPULATE_WRITE);
		return error == -EACCES ? -EINVAL : error == -ERANGE ? -EFAULT : error;
	}
	case MADV_NORMAL ... MADV_WILLNEED:
	case MADV_MERGEABLE ... MADV_DODUMP:
	case MADV_COLD ... MADV_PAGEOUT:
		return length && !rr_vm_is_mapped(space, address, length) ? -ENOMEM : 0;
	default:
		return -EINVAL;
	}
}
