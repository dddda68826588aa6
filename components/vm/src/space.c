/* The life of an address space. */
#include "mapping.h"
#include <rr/abi/errno.h>
#include <rr/cpu.h>
#include <rr/heap.h>
#include <rr/page.h>

/* As Linux on x86-64: 28 bits of pages, 1 TiB. */
#define RANDOM_PAGES ((1ul << 28) - 1)

struct rr_list rr_aspaces = RR_LIST_INIT(rr_aspaces);

int rr_aspace_create(bool user, struct rr_aspace **out)
{
	struct rr_aspace *space = rr_zalloc(1, sizeof *space);
	if (!space)
		return -ENOMEM;
	if (rr_paging_create(&space->root)) {
		rr_free(space);
		return -ENOMEM;
	}
	uint64_t random;
	if (!rr_cpu_random(&random))
		random = rr_rdtsc() * 0x9e3779b97f4a7c15ul >> 36;
	space->mappings.compare = rr_mapping_compare;
	space->mmap_top = RR_VM_MAX - (random & RANDOM_PAGES) * RR_PAGE_SIZE;
	space->user = user;
	rr_list_push_back(&rr_aspaces, &space->link);
	*out = space;
	return 0;
}

void rr_aspace_destroy(struct rr_aspace *space)
{
	if (space->sharers) {
		space->sharers--;
		return;
	}
	rr_list_remove(&space->link);
	rr_mapping_drop_pages(space, 0, RR_VM_MAX);
	struct rr_tree_node *node;
	while ((node = space->mappings.root))
		rr_mapping_remove(space, rr_container_of(node, struct rr_mapping, node));
	rr_paging_destroy(space->root);
	rr_free(space);
}
