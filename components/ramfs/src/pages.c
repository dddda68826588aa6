/* The radix tree of a file's frames. */
#include <rr/heap.h>
#include <rr/page.h>
#include "internal.h"

#define BITS 6
#define SLOTS (1u << BITS)

/* First index the tree is too low for. Heights up to 9 occur: files end at 2^63 bytes. */
static uint64_t capacity(unsigned height) { return 1ul << (BITS * height); }

static uint64_t *slots_of(uint64_t node) { return (uint64_t *)node; }

rr_phys ramfs_pages_get(const struct ramfs_pages *pages, uint64_t index)
{
	uint64_t at = pages->root;
	if (index >= capacity(pages->height))
		return 0;
	for (unsigned height = pages->height; height && at; height--)
		at = slots_of(at)[index >> (BITS * (height - 1)) & (SLOTS - 1)];
	return at;
}

int ramfs_pages_set(struct ramfs_pages *pages, uint64_t index, rr_phys frame)
{
	while (index >= capacity(pages->height)) {
		if (pages->root) {
			uint64_t *slots = rr_zalloc(SLOTS, sizeof(*slots));
			if (!slots)
				return -ENOMEM;
			slots[0] = pages->root;
			pages->root = (uint64_t)slots;
		}
		pages->height++;
	}
	uint64_t *at = &pages->root;
	for (unsigned height = pages->height; height; height--) {
		if (!*at) {
			uint64_t *slots = rr_zalloc(SLOTS, sizeof(*slots));
			if (!slots)
				return -ENOMEM;
			*at = (uint64_t)slots;
		}
		at = &slots_of(*at)[index >> (BITS * (height - 1)) & (SLOTS - 1)];
	}
	*at = frame;
	return 0;
}

/* Free what lies in [first, last] of the subtree at *at, whose first page is `base`; nodes that are then empty too. Depth: the height. */
static uint64_t free_range(uint64_t *at, unsigned height, uint64_t base, uint64_t first, uint64_t last)
{
	if (!*at)
		return 0;
	if (height == 0) {
		rr_page_put(*at);
		*at = 0;
		return 1;
	}
	uint64_t span = capacity(height - 1), freed = 0;
	bool empty = true;
	for (unsigned i = 0; i < SLOTS; i++) {
		uint64_t start = base + i * span;
		uint64_t *slot = &slots_of(*at)[i];
		if (*slot && start <= last && start + (span - 1) >= first)
			freed += free_range(slot, height - 1, start, first, last);
		empty = empty && !*slot;
	}
	if (empty) {
		rr_free(slots_of(*at));
		*at = 0;
	}
	return freed;
}

uint64_t ramfs_pages_free(struct ramfs_pages *pages, uint64_t first, uint64_t last)
{
	if (first >= capacity(pages->height))
		return 0;
	uint64_t freed = free_range(&pages->root, pages->height, 0, first, last);
	if (!pages->root)
		pages->height = 0;
	return freed;
}

static uint64_t next_in(uint64_t at, unsigned height, uint64_t base, uint64_t index)
{
	if (!at)
		return UINT64_MAX;
	if (height == 0)
		return base;
	uint64_t span = capacity(height - 1);
	for (unsigned i = index > base ? (index - base) / span : 0; i < SLOTS; i++) {
		uint64_t found = next_in(slots_of(at)[i], height - 1, base + i * span, index);
		if (found != UINT64_MAX)
			return found;
	}
	return UINT64_MAX;
}

uint64_t ramfs_pages_next(const struct ramfs_pages *pages, uint64_t index)
{
	if (index >= capacity(pages->height))
		return UINT64_MAX;
	return next_in(pages->root, pages->height, 0, index);
}
