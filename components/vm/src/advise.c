/* What a program says of a range of its memory: what fork does with it, and that a file's pages are not needed. */
#include "mapping.h"
#include <rr/abi/errno.h>

/* Visit what is mapped in [address, end). -ENOMEM behind all of it when there is a hole. */
static int each(struct rr_aspace *space, uint64_t address, uint64_t end, int (*visit)(struct rr_aspace *, struct rr_mapping *, uint64_t, uint64_t, const unsigned *),
                const unsigned *argument)
{
	int result = 0;
	while (address < end) {
		struct rr_mapping *mapping = rr_mapping_from(space, address);
		if (!mapping || mapping->start >= end)
			return -ENOMEM;
		if (mapping->start > address) {
			result = -ENOMEM;
			address = mapping->start;
		}
		uint64_t upto = rr_min(mapping->end, end);
		int error = visit(space, mapping, address, upto, argument);
		if (error)
			return error;
		address = upto;
	}
	return result;
}

/* `change`: flags to clear, flags to set. */
static int mark(struct rr_aspace *space, struct rr_mapping *mapping, uint64_t from, uint64_t upto, const unsigned *change)
{
	unsigned flags = (mapping->flags & ~change[0]) | change[1];
	if (flags == mapping->flags)
		return 0;
	int error = rr_mapping_split(space, mapping, upto);
	if (!error)
		error = rr_mapping_split(space, mapping, from);
	if (error)
		return error;
	if (mapping->start < from)
		mapping = rr_mapping_next(mapping);
	mapping->flags = flags;
	rr_mapping_join_prev(space, mapping);
	return 0;
}

int rr_vm_mark(struct rr_aspace *space, uint64_t address, uint64_t length, unsigned clear, unsigned set)
{
	return each(space, address, address + rr_align_up(length, RR_PAGE_SIZE), mark, (unsigned[]){ clear, set });
}

static int punch(struct rr_aspace *space, struct rr_mapping *mapping, uint64_t from, uint64_t upto, const unsigned *argument)
{
	(void)space, (void)argument;
	struct rr_vm_object *object = mapping->object;
	if (!object)
		return -EINVAL;
	if (!(mapping->flags & RR_MAP_SHARED) || mapping->flags & RR_MAP_READ_ONLY)
		return -EACCES;
	return object->ops->punch ? object->ops->punch(object, mapping->offset + (from - mapping->start), upto - from) : -EOPNOTSUPP;
}

int rr_vm_punch(struct rr_aspace *space, uint64_t address, uint64_t length)
{
	return each(space, address, address + rr_align_up(length, RR_PAGE_SIZE), punch, NULL);
}
