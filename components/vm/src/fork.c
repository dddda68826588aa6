/* Copies of an address space: pages are shared until one side writes. */
#include "mapping.h"
#include <rr/abi/errno.h>

int rr_aspace_fork(struct rr_aspace *parent, struct rr_aspace **out)
{
	struct rr_aspace *child;
	int error = rr_aspace_create(parent->user, &child);
	if (error)
		return error;
	child->brk_start = parent->brk_start;
	child->brk = parent->brk;
	child->brk_limit = parent->brk_limit;
	child->mmap_top = parent->mmap_top;
	for (struct rr_mapping *mapping = rr_mapping_from(parent, 0); mapping && !error; mapping = rr_mapping_next(mapping)) {
		if (mapping->flags & RR_MAP_NOT_FORKED)
			continue;
		error = rr_mapping_add(child, mapping);
		/* Shared pages are found through their object. */
		if (!error && !(mapping->flags & (RR_MAP_SHARED | RR_MAP_WIPED)))
			error = rr_paging_share(parent->root, child->root, mapping->start, mapping->end, &child->resident_pages);
	}
	if (error) {
		rr_aspace_destroy(child);
		return error;
	}
	*out = child;
	return 0;
}
