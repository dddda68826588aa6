/* Giving pages back while the mapping stays. */
#include "mapping.h"
#include <rr/abi/errno.h>

int rr_vm_discard(struct rr_aspace *space, uint64_t address, uint64_t length)
{
	uint64_t end = address + rr_align_up(length, RR_PAGE_SIZE);
	int error = 0;
	while (address < end) {
		struct rr_mapping *mapping = rr_mapping_from(space, address);
		if (!mapping || mapping->start >= end)
			return -ENOMEM;
		if (mapping->start > address) {
			error = -ENOMEM;
			address = mapping->start;
		}
		uint64_t upto = rr_min(mapping->end, end);
		rr_mapping_drop_pages(space, address, upto);
		address = upto;
	}
	return error;
}
