/* mmap, munmap and mprotect of an address space. */
#include "mapping.h"
#include <rr/abi/errno.h>

/* Unmapping so much looks for page tables that became empty. */
#define TRIM_FROM 0x200000ul

int rr_vm_map(struct rr_aspace *space, uint64_t *address, uint64_t length, unsigned prot, unsigned flags, bool fixed,
              struct rr_vm_object *object, uint64_t offset)
{
	if (!length || offset & RR_PAGE_MASK || (fixed && *address & RR_PAGE_MASK))
		return -EINVAL;
	if (length > RR_VM_MAX || !rr_mapping_may_commit(prot, flags, length))
		return -ENOMEM;
	length = rr_align_up(length, RR_PAGE_SIZE);
	uint64_t start = *address;
	if (!fixed) {
		start = rr_mapping_place(space, rr_align_down(start, RR_PAGE_SIZE), length, flags);
		if (!start)
			return -ENOMEM;
	} else if (start < RR_VM_MIN || start > RR_VM_MAX - length) {
		return -ENOMEM;
	} else {
		struct rr_mapping *there = rr_mapping_from(space, start);
		int error = there && there->start < start + length ? rr_vm_unmap(space, start, length) : 0;
		if (error)
			return error;
	}
	*address = start;
	return rr_mapping_add(space, &(struct rr_mapping){
		.start = start, .end = start + length, .prot = prot, .flags = flags & ~RR_MAP_LOW, .object = object, .offset = offset });
}

/* Free the page tables that served only the hole around `address`. */
static void trim(struct rr_aspace *space, uint64_t address)
{
	struct rr_mapping *next = rr_mapping_from(space, address);
	struct rr_tree_node *prev = next ? rr_tree_prev(&next->node) : rr_tree_last(&space->mappings);
	rr_paging_trim(space->root, prev ? rr_container_of(prev, struct rr_mapping, node)->end : 0,
	               next ? next->start : rr_align_up(RR_VM_MAX, 1ul << 47));
}

int rr_vm_unmap(struct rr_aspace *space, uint64_t address, uint64_t length)
{
	if (address & RR_PAGE_MASK || !length || address > RR_VM_MAX || length > RR_VM_MAX - address)
		return -EINVAL;
	uint64_t end = address + rr_align_up(length, RR_PAGE_SIZE);
	struct rr_mapping *mapping = rr_mapping_from(space, address);
	if (!mapping || mapping->start >= end)
		return 0;
	if (mapping->start < address) {
		/* Only a hole in the middle needs memory. */
		int error = rr_mapping_split(space, mapping, end);
		if (error)
			return error;
		space->mapped_bytes -= mapping->end - address;
		mapping->end = address;
		mapping = rr_mapping_next(mapping);
	}
	while (mapping && mapping->start < end) {
		struct rr_mapping *next = rr_mapping_next(mapping);
		uint64_t upto = rr_min(mapping->end, end);
		space->mapped_bytes -= upto - mapping->start;
		if (mapping->end > upto) {
			mapping->offset += upto - mapping->start;
			mapping->start = upto;
		} else {
			rr_mapping_remove(space, mapping);
		}
		mapping = next;
	}
	rr_mapping_drop_pages(space, address, end);
	rr_mapping_place_freed(space, end);
	/* Tables that served little are likely to be needed again, and giving them back costs more than what was asked for. */
	if (end - address >= TRIM_FROM)
		trim(space, address);
	return 0;
}

/* A shared page becomes writable only by the fault that asks its object. */
struct protected {
	const struct rr_aspace *space;
	const struct rr_mapping *mapping;
};

static unsigned page_prot(const void *argument, rr_phys page)
{
	const struct protected *protected = argument;
	return rr_mapping_page_prot(protected->space, protected->mapping, page, false);
}

static void protect_pages(const struct rr_aspace *space, const struct rr_mapping *mapping)
{
	rr_paging_protect(space->root, mapping->start, mapping->end, page_prot, &(struct protected){ space, mapping });
}

int rr_vm_protect(struct rr_aspace *space, uint64_t address, uint64_t length, unsigned prot)
{
	if (address & RR_PAGE_MASK)
		return -EINVAL;
	if (length > RR_VM_MAX || address > RR_VM_MAX - length)
		return -ENOMEM;
	uint64_t end = address + rr_align_up(length, RR_PAGE_SIZE);
	struct rr_mapping *mapping = rr_mapping_from(space, address);
	while (address < end) {
		if (!mapping || mapping->start > address)
			return -ENOMEM;
		uint64_t upto = rr_min(mapping->end, end);
		if (mapping->prot != prot) {
			if (prot & RR_PROT_WRITE && mapping->flags & RR_MAP_READ_ONLY)
				return -EACCES;
			if (!rr_mapping_may_commit(prot, mapping->flags, upto - address))
				return -ENOMEM;
			int error = rr_mapping_split(space, mapping, upto);
			if (!error)
				error = rr_mapping_split(space, mapping, address);
			if (error)
				return error;
			if (mapping->start < address)
				mapping = rr_mapping_next(mapping);
			mapping->prot = prot;
			protect_pages(space, mapping);
			rr_mapping_join_prev(space, mapping);
		}
		address = upto;
		mapping = rr_mapping_from(space, address);
		/* the one behind may go on as this one does now */
		if (mapping && mapping->start == address && rr_mapping_join_prev(space, mapping))
			mapping = rr_mapping_from(space, address);
	}
	return 0;
}
