#include "mapping.h"

bool rr_vm_is_mapped(struct rr_aspace *space, uint64_t address, uint64_t length)
{
	if (length > RR_VM_MAX || address > RR_VM_MAX - length)
		return false;
	for (uint64_t end = address + length; address < end;) {
		struct rr_mapping *mapping = rr_mapping_from(space, address);
		if (!mapping || mapping->start > address)
			return false;
		address = mapping->end;
	}
	return true;
}

int rr_vm_each(struct rr_aspace *space, int (*visit)(const struct rr_vm_area *area, void *argument), void *argument)
{
	uint64_t at = 0;
	struct rr_mapping *mapping;
	while ((mapping = rr_mapping_from(space, at))) {
		struct rr_vm_area area = { mapping->start, mapping->end, mapping->offset, mapping->prot, mapping->flags, mapping->object };
		at = mapping->end; /* the visitor may change the space */
		int result = visit(&area, argument);
		if (result)
			return result;
	}
	return 0;
}

rr_phys rr_vm_shared_frame(struct rr_aspace *space, uint64_t address)
{
	struct rr_mapping *mapping = rr_mapping_from(space, address);
	if (!mapping || mapping->start > address || !(mapping->flags & RR_MAP_SHARED))
		return RR_NO_PAGE;
	return rr_paging_lookup(space->root, rr_align_down(address, RR_PAGE_SIZE), NULL);
}

bool rr_vm_object_is_writable(const struct rr_vm_object *object)
{
	rr_list_for_each(node, &rr_aspaces) {
		struct rr_aspace *space = rr_container_of(node, struct rr_aspace, link);
		for (struct rr_mapping *mapping = rr_mapping_from(space, 0); mapping; mapping = rr_mapping_next(mapping))
			if (mapping->object == object && (mapping->flags & (RR_MAP_SHARED | RR_MAP_READ_ONLY)) == RR_MAP_SHARED)
				return true;
	}
	return false;
}
