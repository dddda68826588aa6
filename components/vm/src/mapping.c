#include "mapping.h"
#include <rr/abi/errno.h>
#include <rr/heap.h>
#include <rr/page.h>

static struct rr_mapping *mapping_of(struct rr_tree_node *node) { return node ? rr_container_of(node, struct rr_mapping, node) : NULL; }

int rr_mapping_compare(const struct rr_tree_node *a, const struct rr_tree_node *b)
{
	return rr_container_of(a, struct rr_mapping, node)->start < rr_container_of(b, struct rr_mapping, node)->start ? -1 : 1;
}

struct rr_mapping *rr_mapping_from(struct rr_aspace *space, uint64_t address)
{
	struct rr_mapping *found = space->last_found;
	if (found && found->start <= address && address < found->end)
		return found;
	found = NULL;
	for (struct rr_tree_node *node = space->mappings.root; node;) {
		struct rr_mapping *mapping = rr_container_of(node, struct rr_mapping, node);
		if (mapping->end <= address) {
			node = node->right;
		} else {
			found = mapping;
			node = node->left;
		}
	}
	return space->last_found = found;
}

struct rr_mapping *rr_mapping_next(const struct rr_mapping *mapping) { return mapping_of(rr_tree_next(&mapping->node)); }
struct rr_mapping *rr_mapping_prev(const struct rr_mapping *mapping) { return mapping_of(rr_tree_prev(&mapping->node)); }

/* Could `second`, which begins where `first` ends, be part of it? */
static bool fits(const struct rr_mapping *first, const struct rr_mapping *second)
{
	return first->end == second->start && first->prot == second->prot && first->flags == second->flags && first->object == second->object &&
	       (!first->object || first->offset + (first->end - first->start) == second->offset);
}

static int insert(struct rr_aspace *space, const struct rr_mapping *new)
{
	struct rr_mapping *mapping = rr_alloc(sizeof *mapping);
	if (!mapping)
		return -ENOMEM;
	*mapping = *new;
	if (mapping->object)
		mapping->object->ops->ref(mapping->object);
	rr_tree_insert(&space->mappings, &mapping->node);
	return 0;
}

int rr_vm_append(struct rr_aspace *space, uint64_t start, uint64_t end, unsigned prot, unsigned flags, struct rr_vm_object *object)
{
	struct rr_mapping *mapping = rr_alloc(sizeof *mapping);
	if (!mapping)
		return -ENOMEM;
	*mapping = (struct rr_mapping){ .start = start, .end = end, .object = object, .prot = prot, .flags = flags };
	if (object)
		object->ops->ref(object);
	rr_tree_append(&space->mappings, &mapping->node);
	space->mapped_bytes += end - start;
	return 0;
}

void rr_mapping_remove(struct rr_aspace *space, struct rr_mapping *mapping)
{
	if (space->last_found == mapping)
		space->last_found = NULL;
	rr_tree_remove(&space->mappings, &mapping->node);
	if (mapping->object)
		mapping->object->ops->unref(mapping->object);
	rr_free(mapping);
}

bool rr_mapping_join_prev(struct rr_aspace *space, struct rr_mapping *mapping)
{
	struct rr_mapping *prev = rr_mapping_prev(mapping);
	if (!prev || !fits(prev, mapping))
		return false;
	prev->end = mapping->end;
	rr_mapping_remove(space, mapping);
	return true;
}

int rr_mapping_add(struct rr_aspace *space, const struct rr_mapping *new)
{
	struct rr_mapping *next = rr_mapping_from(space, new->start);
	struct rr_mapping *prev = next ? rr_mapping_prev(next) : mapping_of(rr_tree_last(&space->mappings));
	if (prev && fits(prev, new)) {
		prev->end = new->end;
		if (next)
			rr_mapping_join_prev(space, next);
	} else if (next && fits(new, next)) {
		next->start = new->start;
		next->offset = new->offset;
	} else {
		int error = insert(space, new);
		if (error)
			return error;
	}
	space->mapped_bytes += new->end - new->start;
	return 0;
}

int rr_mapping_split(struct rr_aspace *space, struct rr_mapping *mapping, uint64_t address)
{
	if (address <= mapping->start || address >= mapping->end)
		return 0;
	struct rr_mapping second = *mapping;
	second.start = address;
	second.offset += address - mapping->start;
	int error = insert(space, &second);
	if (!error)
		mapping->end = address;
	return error;
}

void rr_mapping_drop_pages(struct rr_aspace *space, uint64_t from, uint64_t end)
{
	space->most_resident = rr_max(space->most_resident, space->resident_pages);
	space->resident_pages -= rr_paging_clear(space->root, from, end);
}

bool rr_vm_is_free(struct rr_aspace *space, uint64_t address, uint64_t length)
{
	if (address < RR_VM_MIN || length > RR_VM_MAX || address > RR_VM_MAX - length)
		return false;
	struct rr_mapping *mapping = rr_mapping_from(space, address);
	return !mapping || mapping->start >= address + length;
}

/* The highest free range below `top`; *hole: the largest one that was too small. 0 if there is none. */
static uint64_t search(struct rr_aspace *space, uint64_t top, uint64_t length, uint64_t *hole)
{
	struct rr_mapping *next = rr_mapping_from(space, top - 1);
	struct rr_mapping *below = next && next->start < top ? next : next ? rr_mapping_prev(next) : mapping_of(rr_tree_last(&space->mappings));
	for (;; below = rr_mapping_prev(below)) {
		uint64_t floor = below ? below->end : RR_VM_MIN;
		if (top > floor) {
			if (top - floor >= length)
				return top - length;
			*hole = rr_max(*hole, top - floor);
		}
		if (!below)
			return 0;
		top = below->start;
		if (below->flags & RR_MAP_GROWS_DOWN)
			top -= rr_min(top, RR_VM_STACK_GAP);
	}
}

uint64_t rr_mapping_place(struct rr_aspace *space, uint64_t hint, uint64_t length, unsigned flags)
{
	uint64_t ignored = 0;
	if (hint && rr_vm_is_free(space, hint, length))
		return hint;
	if (flags & RR_MAP_LOW)
		return search(space, 1ul << 31, length, &ignored);
	/* Thousands of mappings must not be walked for each new one: go on where the last place was found, unless a hole above may do. */
	if (length <= space->search_hole || !space->search_top) {
		space->search_top = space->mmap_top;
		space->search_hole = 0;
	}
	uint64_t place = search(space, space->search_top, length, &space->search_hole);
	if (!place)
		place = search(space, space->mmap_top, length, &ignored);
	if (place)
		space->search_top = place;
	return place;
}

bool rr_mapping_may_commit(unsigned prot, unsigned flags, uint64_t length)
{
	if (!(prot & RR_PROT_WRITE) || flags & (RR_MAP_SHARED | RR_MAP_NORESERVE))
		return true;
	return length >> RR_PAGE_SHIFT <= rr_memory_stats().total_pages;
}

unsigned rr_mapping_page_prot(const struct rr_aspace *space, const struct rr_mapping *mapping, rr_phys page, bool shared_write)
{
	unsigned prot = mapping->prot;
	if (!(mapping->flags & RR_MAP_SHARED ? shared_write : rr_page_refs(page) == 1))
		prot &= ~RR_PROT_WRITE;
	/* What may only be written may be read: the CPU knows no other way. */
	if (mapping->prot & (RR_PROT_WRITE | RR_PROT_EXEC))
		prot |= RR_PROT_READ;
	return space->user ? prot | RR_PROT_USER : prot;
}
