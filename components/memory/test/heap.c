// sources: ../src/page.c ../src/heap.c support/machine.c
// includes: support ../include ../../base/include ../../linux-abi/include ../../platform/include
/* Random allocation against a model with contents, and the mistakes the heap must catch. */
#include "../src/frames.h"
#include "support/machine.h"
#include <rr/heap.h>
#include <rr/panic.h>
#include <string.h>

/* The page tables are not part of this test. */
void rr_paging_init(void) {}

#define MAX_BLOCKS 3000

static struct {
	unsigned char *at, fill;
	size_t size;
} blocks[MAX_BLOCKS];
static unsigned count;

static size_t random_size(void)
{
	switch (rand() % 10) {
	case 0: return (size_t)rand() % 20000;
	case 1: return (size_t)rand() % 300000;
	default: return (size_t)rand() % 700;
	}
}

static void drop(unsigned i)
{
	for (size_t b = 0; b < blocks[i].size; b++)
		CHECK(blocks[i].at[b] == blocks[i].fill);
	rr_free(blocks[i].at);
	blocks[i] = blocks[--count];
}

static void random_work(unsigned seed)
{
	srand(seed);
	for (unsigned step = 0; step < 20000; step++) {
		if (rand() % 5 < 3 && count < MAX_BLOCKS) {
			size_t size = random_size();
			unsigned char *at = rand() % 4 ? rr_alloc(size) : rr_zalloc(size, 1);
			if (!at) {
				if (count)
					drop(0);
				continue;
			}
			CHECK((uintptr_t)at % 16 == 0);
			blocks[count].at = at;
			blocks[count].size = size;
			memset(at, blocks[count].fill = (unsigned char)rand(), size);
			count++;
		} else if (count) {
			drop((unsigned)rand() % count);
		}
	}
	while (count)
		drop((unsigned)rand() % count);
}

int main(void)
{
	machine_add_memory(8192, 5);
	machine_start();
	uint64_t free_pages = rr_memory_stats().free_pages;
	char *large = rr_zalloc(1, 4ul << 20);
	CHECK(large && !large[0] && !large[(4ul << 20) - 1]);
	CHECK_PANICS(rr_free(large + 16));
	CHECK_PANICS(rr_free(large + RR_PAGE_SIZE));
	rr_free(large);
	CHECK_PANICS(rr_free(large));
	for (unsigned seed = 1; seed <= 5; seed++)
		random_work(seed);
	CHECK(free_pages - rr_memory_stats().free_pages <= 16); /* one slab a class stays */

	rr_free(NULL);
	CHECK(!rr_zalloc(1ul << 33, 1ul << 33));
	CHECK(!rr_alloc(~0ul) && !rr_alloc((4ul << 20) + 1));

	char *a = rr_alloc(40), *b = rr_alloc(40);
	CHECK(a && b && a != b);
	CHECK_PANICS(rr_free(a + 16));
	CHECK_PANICS(rr_free((void *)((uintptr_t)a & ~RR_PAGE_MASK)));
	rr_free(a);
	CHECK_PANICS(rr_free(a));
	CHECK(strstr(machine_panic_text, "twice"));
	char local[16];
	CHECK_PANICS(rr_free(local));
	rr_phys page;
	CHECK(!rr_page_alloc(0, 0, &page));
	CHECK_PANICS(rr_free(rr_phys_to_virt(page)));

	/* What runs over the end of the page below is noticed before the map is believed. */
	*(uint64_t *)((uintptr_t)b & ~RR_PAGE_MASK) ^= 0x41;
	CHECK_PANICS(rr_alloc(40));
	CHECK_PANICS(rr_free(b));
	return 0;
}
