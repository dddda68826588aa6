// sources: ../src/page.c support/machine.c
// includes: support ../include ../../base/include ../../linux-abi/include ../../platform/include
/* Blocks never overlap, are aligned, come back together; memory that is not used stays untouched. */
#include "../src/frames.h"
#include "support/machine.h"
#include <errno.h>
#include <rr/panic.h>
#include <string.h>

/* The page tables are not part of this test. */
void rr_paging_init(void) {}

#define PAGES 5000ul
#define MAX_BLOCKS 2000

struct block {
	rr_phys page;
	unsigned order, refs;
};
static struct block blocks[MAX_BLOCKS];
static unsigned count;
static unsigned char owned[2 * PAGES]; /* by page number from the lower range's start */
static rr_phys origin, other;

static unsigned char *owner(rr_phys page) { return page - origin < PAGES * RR_PAGE_SIZE ? &owned[(page - origin) >> 12] : &owned[PAGES + ((page - other) >> 12)]; }

static void mark(const struct block *block, unsigned char from, unsigned char to)
{
	for (unsigned i = 0; i < 1u << block->order; i++) {
		unsigned char *o = owner(block->page + i * RR_PAGE_SIZE);
		CHECK(*o == from);
		*o = to;
	}
}

static void random_work(unsigned seed)
{
	srand(seed);
	for (unsigned step = 0; step < 20000; step++) {
		int action = rand() % 5;
		if (action < 3 && count < MAX_BLOCKS) {
			struct block *block = &blocks[count];
			block->order = rand() % 8 ? 0 : (unsigned)rand() % 11;
			block->refs = 1;
			if (rr_page_alloc(block->order, rand() % 50 ? 0 : RR_PAGE_ZERO, &block->page))
				continue;
			CHECK(block->page % (RR_PAGE_SIZE << block->order) == 0);
			mark(block, 0, 1);
			count++;
		} else if (count) {
			struct block *block = &blocks[(unsigned)rand() % count];
			CHECK(rr_page_refs(block->page) == block->refs);
			if (action == 3 && block->refs < 5) {
				rr_page_ref(block->page);
				block->refs++;
			} else {
				rr_page_put(block->page);
				if (--block->refs)
					continue;
				mark(block, 1, 0);
				*block = blocks[--count];
			}
		}
	}
	while (count) {
		struct block *block = &blocks[--count];
		mark(block, 1, 0);
		for (; block->refs; block->refs--)
			rr_page_put(block->page);
	}
}

int main(void)
{
	origin = machine_add_memory(PAGES, 3);
	other = machine_add_memory(1500, 700);
	machine_add_memory(1024, 1023); /* too small for its own table: left out */
	machine_start();
	struct rr_memory_stats start = rr_memory_stats();
	CHECK(start.total_pages == PAGES - 3 + 1500 - 700);
	CHECK(start.total_pages - start.free_pages == 10 + 2); /* the frame tables */
	CHECK(machine_touched(origin, PAGES - 3) == 0);

	rr_phys first, second;
	CHECK(!rr_page_alloc(0, RR_PAGE_ZERO, &first) && !rr_page_alloc(0, 0, &second) && first != second);
	CHECK(machine_touched(origin, PAGES - 3) == 2); /* a page of the table, the zeroed page */
	for (unsigned i = 0; i < RR_PAGE_SIZE; i++)
		CHECK(((char *)rr_phys_to_virt(first))[i] == 0);
	rr_page_put(first);
	CHECK_PANICS(rr_page_put(first));
	CHECK_PANICS(rr_page_ref(first));
	rr_page_put(second);
	CHECK(rr_memory_stats().free_pages == start.free_pages);

	rr_phys image = machine_image_page();
	rr_page_ref(image);
	rr_page_put(image);
	CHECK(rr_page_refs(image) == UINT32_MAX);
	CHECK(rr_page_refs(origin) == UINT32_MAX); /* the table itself */

	for (unsigned seed = 1; seed <= 5; seed++) {
		random_work(seed);
		CHECK(rr_memory_stats().free_pages == start.free_pages);
	}

	/* All of it can be had, the reserve only by those who ask for it, and it comes back in large blocks. */
	static rr_phys all[PAGES + 1500];
	unsigned n = 0;
	while (!rr_page_alloc(0, 0, &all[n]))
		n++;
	CHECK(rr_memory_stats().free_pages == 8);
	CHECK(rr_page_alloc(0, 0, &all[n]) == -ENOMEM);
	while (!rr_page_alloc(0, RR_PAGE_RESERVE, &all[n]))
		n++;
	CHECK(rr_memory_stats().free_pages == 0 && n == start.free_pages);
	for (unsigned i = 0; i < n; i++)
		rr_page_put(all[i * 7919ul % n]);
	for (n = 0; !rr_page_alloc(10, 0, &all[n]);)
		n++;
	CHECK(n == 3); /* 5000 pages have four whole blocks of 1024, the first of which holds the table */
	return 0;
}
