/* mremap: the pages of a mapping go to another address. */
#include "mapping.h"
#include <rr/abi/errno.h>
#include <rr/page.h>

/* All pages of [from, from + length) or, without memory for a page table, none. */
static int move_pages(struct rr_aspace *space, uint64_t from, uint64_t length, uint64_t to)
{
	uint64_t at = from, end = from + length;
	for (; (at = rr_paging_next(space->root, at, end)) < end; at += RR_PAGE_SIZE) {
		unsigned prot;
		rr_phys page = rr_paging_lookup(space->root, at, &prot);
		if (rr_paging_map(space->root, to + (at - from), page, prot)) {
			if (at > from)
				move_pages(space, to, at - from, from); /* where tables are still there: succeeds */
			return -ENOMEM;
		}
		rr_paging_unmap(space->root, at);
	}
	return 0;
}

static int move(struct rr_aspace *space, const struct rr_mapping *old, uint64_t address, uint64_t length, uint64_t new_length,
                const struct rr_vm_move *how, uint64_t *result)
{
	uint64_t to = how->target ? *how->target : rr_mapping_place(space, 0, new_length, 0);
	if (!to)
		return -ENOMEM;
	/* `old` may be joined with the new mapping, if that is beside it. */
	struct rr_mapping new = *old;
	new.offset += address - old->start;
	new.start = to;
	new.end = to + new_length;
	int error = rr_mapping_add(space, &new);
	if (error)
		return error;
	error = move_pages(space, address, rr_min(length, new_length), to);
	if (error) {
		rr_vm_unmap(space, to, new_length);
		return error;
	}
	*result = to;
	if (how->keep || !length)
		return 0;
	return rr_vm_unmap(space, address, length);
}

static int grow(struct rr_aspace *space, const struct rr_mapping *mapping, uint64_t length, uint64_t new_length)
{
	struct rr_mapping more = *mapping;
	more.start = mapping->end;
	more.end = mapping->end + (new_length - length);
	more.offset += mapping->end - mapping->start;
	return rr_mapping_add(space, &more);
}

static bool target_fits(uint64_t to, uint64_t address, uint64_t length, uint64_t new_length)
{
	bool inside = !(to & RR_PAGE_MASK) && to >= RR_VM_MIN && to <= RR_VM_MAX - new_length;
	return inside && (to >= address + length || address >= to + new_length);
}

int rr_vm_remap(struct rr_aspace *space, uint64_t address, uint64_t length, uint64_t new_length, const struct rr_vm_move *how, uint64_t *result)
{
	if (address & RR_PAGE_MASK || !new_length || length > RR_VM_MAX || new_length > RR_VM_MAX)
		return -EINVAL;
	length = rr_align_up(length, RR_PAGE_SIZE);
	new_length = rr_align_up(new_length, RR_PAGE_SIZE);
	struct rr_mapping *mapping = rr_mapping_from(space, address);
	if (!mapping || mapping->start > address)
		return -EFAULT;
	if (!length && !(mapping->flags & RR_MAP_SHARED))
		return -EINVAL;
	if (!how->target && !how->keep && length && new_length <= length) {
		*result = address;
		return new_length == length ? 0 : rr_vm_unmap(space, address + new_length, length - new_length);
	}
	if (how->target && !target_fits(*how->target, address, length, new_length))
		return -EINVAL;
	if (how->target && length > new_length) {
		/* The rest goes, whatever is there. */
		int error = rr_vm_unmap(space, address + new_length, length - new_length);
		if (error)
			return error;
		length = new_length;
		mapping = rr_mapping_from(space, address);
	}
	if (length > mapping->end - address)
		return -EFAULT;
	if (new_length > length && !rr_mapping_may_commit(mapping->prot, mapping->flags, new_length - length))
		return -ENOMEM;

	if (how->target) {
		int error = rr_vm_unmap(space, *how->target, new_length);
		if (error)
			return error;
		mapping = rr_mapping_from(space, address); /* may have been split */
	} else if (length && !how->keep && address + length == mapping->end && rr_vm_is_free(space, mapping->end, new_length - length)) {
		*result = address;
		return grow(space, mapping, length, new_length);
	}
	return how->move ? move(space, mapping, address, length, new_length, how, result) : -ENOMEM;
}
