/* What a program's access to a page that is not there, or not writable, leads to. */
#include "mapping.h"
#include <rr/abi/errno.h>
#include <rr/page.h>
#include <rr/string.h>

/* Pages brought in at one fault: exceptions are dear under emulation. */
#define FAULT_AROUND 16ul

static uint64_t index_in_object(const struct rr_mapping *mapping, uint64_t address)
{
	return (mapping->offset + (address - mapping->start)) >> RR_PAGE_SHIFT;
}

/* A page with the contents of `from` that belongs to nobody else. */
static int copy_page(rr_phys from, rr_phys *out)
{
	int error = rr_page_alloc(0, 0, out);
	if (!error)
		memcpy(rr_phys_to_virt(*out), rr_phys_to_virt(from), RR_PAGE_SIZE);
	return error;
}

/* The page that belongs there, with a reference for the mapping. `old`: what is mapped now, too little for this access, or RR_NO_PAGE. */
static int find_page(const struct rr_mapping *mapping, uint64_t address, bool write, rr_phys old, rr_phys *out)
{
	bool shared = mapping->flags & RR_MAP_SHARED;
	if (write && !shared && old != RR_NO_PAGE) {
		if (rr_page_refs(old) != 1)
			return copy_page(old, out);
		rr_page_ref(old); /* for the mapping that replaces this one */
		*out = old;
		return 0;
	}
	struct rr_vm_object *object = mapping->object;
	if (!object)
		return rr_page_alloc(0, RR_PAGE_ZERO, out);
	rr_phys page;
	int error = object->ops->get_page(object, index_in_object(mapping, address), write && shared, &page);
	if (!error && write && !shared) {
		error = copy_page(page, out);
		rr_page_put(page);
		return error;
	}
	*out = page;
	return error;
}

/* Map what is resident around `address` for reading; whatever stands in the way ends it. */
static void fault_around(struct rr_aspace *space, const struct rr_mapping *mapping, uint64_t address)
{
	uint64_t window = FAULT_AROUND * RR_PAGE_SIZE, start = rr_align_down(address, window);
	uint64_t end = rr_min(start + window, mapping->end);
	for (uint64_t at = rr_max(start, mapping->start); at < end; at += RR_PAGE_SIZE) {
		rr_phys page;
		if (rr_paging_lookup(space->root, at, NULL) != RR_NO_PAGE)
			continue;
		if (mapping->object->ops->get_page(mapping->object, index_in_object(mapping, at), false, &page))
			break;
		if (rr_paging_map(space->root, at, page, rr_mapping_page_prot(space, mapping, page, false))) {
			rr_page_put(page);
			break;
		}
		space->resident_pages++;
	}
}

/* The mapping for `address`; a stack that grows is extended to it. */
static struct rr_mapping *mapping_for(struct rr_aspace *space, uint64_t address)
{
	struct rr_mapping *mapping = rr_mapping_from(space, address);
	if (!mapping || mapping->start <= address)
		return mapping;
	struct rr_mapping *below = rr_mapping_prev(mapping);
	uint64_t floor = (below ? below->end : RR_VM_MIN) + RR_VM_STACK_GAP;
	if (!(mapping->flags & RR_MAP_GROWS_DOWN) || address < floor || mapping->start - address > RR_VM_GROWTH)
		return NULL;
	space->mapped_bytes += mapping->start - address;
	mapping->start = address;
	return mapping;
}

int rr_vm_fault(struct rr_aspace *space, uint64_t address, bool write, bool exec)
{
	address = rr_align_down(address, RR_PAGE_SIZE);
	struct rr_mapping *mapping = mapping_for(space, address);
	if (!mapping)
		return -EFAULT;
	if (!mapping->prot || (write && !(mapping->prot & RR_PROT_WRITE)) || (exec && !(mapping->prot & RR_PROT_EXEC)))
		return -EACCES;

	unsigned prot;
	rr_phys page, old = rr_paging_lookup(space->root, address, &prot);
	if (old != RR_NO_PAGE && (!write || prot & RR_PROT_WRITE))
		return 0;
	int error = find_page(mapping, address, write, old, &page);
	if (error)
		return error;
	/* Making a page of its own, the object may have had the old one forgotten. */
	if (old != RR_NO_PAGE)
		old = rr_paging_lookup(space->root, address, NULL);
	/* Its own reference alone must count when the right to write is decided. */
	if (old != RR_NO_PAGE)
		rr_page_put(old);
	error = rr_paging_map(space->root, address, page, rr_mapping_page_prot(space, mapping, page, write));
	if (error) { /* no table, so nothing was mapped before */
		rr_page_put(page);
		return error;
	}
	if (old == RR_NO_PAGE) {
		space->resident_pages++;
		if (!write && mapping->object && mapping->object->ops->resident)
			fault_around(space, mapping, address);
	}
	return 0;
}

int rr_vm_populate(struct rr_aspace *space, uint64_t address, uint64_t length, bool write)
{
	uint64_t end = address + length;
	for (address = rr_align_down(address, RR_PAGE_SIZE); address < end; address += RR_PAGE_SIZE) {
		int error = rr_vm_fault(space, address, write, false);
		if (error)
			return error == -EFAULT ? -ENOMEM : error;
	}
	return 0;
}

bool rr_vm_is_stack_guard(struct rr_aspace *space, uint64_t address)
{
	struct rr_mapping *mapping = rr_mapping_from(space, address);
	if (!mapping)
		return false;
	if (mapping->start > address)
		return mapping->flags & RR_MAP_GROWS_DOWN && mapping->start - address <= RR_VM_STACK_GAP;
	if (mapping->flags & RR_MAP_STACK_GUARD)
		return true;
	/* Thread libraries make their guards themselves. */
	struct rr_mapping *above = rr_mapping_next(mapping);
	return !mapping->prot && !mapping->object && above && above->start == mapping->end && above->prot & RR_PROT_WRITE && !above->object;
}
