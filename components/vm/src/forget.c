/* An object's pages changed under the mappings that show them. */
#include "mapping.h"
#include <rr/abi/errno.h>

/* Unmap [from, end) where it shows `frame` (RR_NO_PAGE: whatever it shows). */
static void forget_range(struct rr_aspace *space, uint64_t from, uint64_t end, rr_phys frame)
{
	if (frame == RR_NO_PAGE) {
		rr_mapping_drop_pages(space, from, end);
		return;
	}
	for (; from < end; from += RR_PAGE_SIZE)
		if (rr_paging_lookup(space->root, from, NULL) == frame)
			rr_mapping_drop_pages(space, from, from + RR_PAGE_SIZE);
}

void rr_vm_object_forget(struct rr_vm_object *object, uint64_t first, uint64_t last, rr_phys frame)
{
	rr_list_for_each(node, &rr_aspaces) {
		struct rr_aspace *space = rr_container_of(node, struct rr_aspace, link);
		for (struct rr_mapping *mapping = rr_mapping_from(space, 0); mapping; mapping = rr_mapping_next(mapping)) {
			uint64_t shown = mapping->offset >> RR_PAGE_SHIFT, count = (mapping->end - mapping->start) >> RR_PAGE_SHIFT;
			if (mapping->object != object || last < shown || first >= shown + count)
				continue;
			uint64_t from = rr_max(first, shown) - shown, upto = rr_min(last - shown, count - 1) + 1;
			forget_range(space, mapping->start + from * RR_PAGE_SIZE, mapping->start + upto * RR_PAGE_SIZE, frame);
		}
	}
}
