/* The mappings of an address space: intervals that do not overlap, ordered by address, neighbours that could be one joined. */
#pragma once
#include <rr/vm.h>

struct rr_mapping {
	struct rr_tree_node node;
	uint64_t start, end;
	struct rr_vm_object *object; /* referenced; NULL: zero pages */
	uint64_t offset;             /* of `start` in the object */
	unsigned prot, flags;
};

extern struct rr_list rr_aspaces; /* of struct rr_aspace.link */

int rr_mapping_compare(const struct rr_tree_node *a, const struct rr_tree_node *b);

/* The first mapping that ends behind `address`, whether it contains it or not; NULL if there is none. */
struct rr_mapping *rr_mapping_from(struct rr_aspace *space, uint64_t address);
struct rr_mapping *rr_mapping_next(const struct rr_mapping *mapping);
struct rr_mapping *rr_mapping_prev(const struct rr_mapping *mapping);

/* Insert a copy of `new` where nothing is mapped, or let a neighbour grow. 0 or -ENOMEM. */
int rr_mapping_add(struct rr_aspace *space, const struct rr_mapping *new);
/* Make `address`, if it is inside of `mapping`, a border between it and a new one behind. 0 or -ENOMEM. */
int rr_mapping_split(struct rr_aspace *space, struct rr_mapping *mapping, uint64_t address);
/* Join `mapping` with the one before it if they fit: true, and `mapping` is freed. */
bool rr_mapping_join_prev(struct rr_aspace *space, struct rr_mapping *mapping);
/* Take it out of the space and free it. Its pages are not touched. */
void rr_mapping_remove(struct rr_aspace *space, struct rr_mapping *mapping);

/* Unmap and give up all pages in [from, end). */
void rr_mapping_drop_pages(struct rr_aspace *space, uint64_t from, uint64_t end);
/* A free range of `length` bytes: at `hint` if it fits there, else below mmap_top, or 2 GiB for RR_MAP_LOW in `flags`. 0 if there is none. */
uint64_t rr_mapping_place(struct rr_aspace *space, uint64_t hint, uint64_t length, unsigned flags);
/* Something was unmapped that ended at `end`: places may be found there. */
static inline void rr_mapping_place_freed(struct rr_aspace *space, uint64_t end)
{
	if (space->search_top && end > space->search_top)
		space->search_top = rr_min(end, space->mmap_top);
}
/* May `length` more bytes of such memory be promised? */
bool rr_mapping_may_commit(unsigned prot, unsigned flags, uint64_t length);
/* How `page` may be mapped there at once: not writable if another owner would see it. `shared_write`: the object gave it for writing. */
unsigned rr_mapping_page_prot(const struct rr_aspace *space, const struct rr_mapping *mapping, rr_phys page, bool shared_write);
