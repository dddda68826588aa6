// sources: ../src/page.c ../src/stack.c ../src/x86_64/paging.c support/machine.c
// includes: support ../include ../../base/include ../../linux-abi/include ../../platform/include
/* Page tables against a model, their tables' return, and stacks. */
#include "support/machine.h"
#include <rr/panic.h>
#include <rr/paging.h>
#include <string.h>

#define SLOTS 64
static uint64_t addresses[SLOTS];
static rr_phys pages[SLOTS];
static unsigned prots[SLOTS];

static uint64_t slot_address(unsigned i)
{
	/* neighbours, the borders of tables of each level, both ends of the low half */
	static const uint64_t bases[] = { 0, 0x1ff000, 0x3fffe000, 0x7fffffe000, 0x7fffffff8000 - 0x38000, 0x400000, 0x12345678000, 0x7f0000000000 };
	return bases[i / 8] + (uint64_t)(i % 8) * RR_PAGE_SIZE;
}

static unsigned as_told(const void *prot, rr_phys page)
{
	CHECK(page != RR_NO_PAGE);
	return *(const unsigned *)prot;
}

static void random_work(rr_phys root)
{
	for (unsigned step = 0; step < 20000; step++) {
		unsigned i = (unsigned)rand() % SLOTS, prot = (unsigned)rand() % 16;
		if (prot & (RR_PROT_WRITE | RR_PROT_EXEC))
			prot |= RR_PROT_READ;
		rr_phys page = (rr_phys)(1 + rand() % 100000) << 12;
		switch (rand() % 4) {
		case 0:
			CHECK(!rr_paging_map(root, addresses[i], page, prot));
			pages[i] = page;
			prots[i] = prot;
			break;
		case 1:
			CHECK(rr_paging_unmap(root, addresses[i]) == pages[i]);
			pages[i] = RR_NO_PAGE;
			break;
		case 2: {
			/* from one address to another, or one page */
			uint64_t end = rand() % 2 ? addresses[i] + 4096 : addresses[rand() % SLOTS];
			rr_paging_protect(root, addresses[i], end, as_told, &prot);
			for (unsigned j = 0; j < SLOTS; j++)
				if (pages[j] != RR_NO_PAGE && addresses[j] >= addresses[i] && addresses[j] < end)
					prots[j] = prot;
			break;
		}
		case 3: {
			unsigned found = 0;
			CHECK(rr_paging_lookup(root, addresses[i], &found) == pages[i]);
			if (pages[i] != RR_NO_PAGE)
				CHECK(found == (prots[i] & RR_PROT_READ ? prots[i] : 0));
			uint64_t expected = 0x800000000000;
			for (unsigned j = 0; j < SLOTS; j++)
				if (pages[j] != RR_NO_PAGE && addresses[j] >= addresses[i] && addresses[j] < expected)
					expected = addresses[j];
			CHECK(rr_paging_next(root, addresses[i], 0x800000000000) == expected);
			break;
		}
		}
	}
}

int main(void)
{
	machine_add_memory(2048, 1);
	machine_start();
	uint64_t free_pages = rr_memory_stats().free_pages;
	CHECK(rr_paging_kernel_root() == machine_root);

	rr_phys root;
	CHECK(!rr_paging_create(&root));
	srand(1);
	for (unsigned i = 0; i < SLOTS; i++) {
		addresses[i] = slot_address(i);
		pages[i] = RR_NO_PAGE;
	}
	random_work(root);
	CHECK(machine_flushes == 0); /* not the loaded one */

	/* Tables go where the whole reach of one is empty, not before. */
	for (unsigned i = 0; i < SLOTS; i++)
		rr_paging_unmap(root, addresses[i]);
	uint64_t with_tables = rr_memory_stats().free_pages;
	CHECK(!rr_paging_map(root, 0x400000, 0x1000, RR_PROT_READ));
	rr_paging_trim(root, 0x401000, 0x800000000000);
	CHECK(rr_paging_lookup(root, 0x400000, NULL) == 0x1000);
	CHECK(rr_memory_stats().free_pages > with_tables);
	rr_paging_trim(root, 0, 0x400000);
	CHECK(rr_paging_lookup(root, 0x400000, NULL) == 0x1000);
	rr_paging_unmap(root, 0x400000);
	rr_paging_trim(root, 0, 0x800000000000);
	CHECK(free_pages - rr_memory_stats().free_pages == 1);

	for (unsigned i = 0; i < SLOTS; i++)
		CHECK(!rr_paging_map(root, addresses[i], 0x1000, RR_PROT_READ));
	rr_paging_destroy(root);
	CHECK(rr_memory_stats().free_pages == free_pages);

	/* Stacks: apart, guarded, usable again; the tables made for them remain. */
	void *low[3], *top[3];
	for (unsigned i = 0; i < 3; i++) {
		CHECK(!rr_stack_alloc(4, &low[i], &top[i]));
		CHECK((char *)top[i] - (char *)low[i] == 4 * (long)RR_PAGE_SIZE);
		CHECK(rr_stack_guard_hit((uint64_t)low[i] - 1) && !rr_stack_guard_hit((uint64_t)low[i]) && !rr_stack_guard_hit((uint64_t)top[i]));
		CHECK(rr_paging_lookup(machine_root, (uint64_t)low[i] - 1, NULL) == RR_NO_PAGE);
	}
	uint64_t before = rr_memory_stats().free_pages;
	void *again, *again_top;
	rr_stack_free(low[1]);
	CHECK(rr_memory_stats().free_pages == before + 4);
	CHECK(!rr_stack_alloc(4, &again, &again_top) && again == low[1]);
	CHECK(rr_memory_stats().free_pages == before);
	CHECK(machine_flushes > 0);
	unsigned n = 0;
	while (!rr_stack_alloc(14, &again, &again_top))
		n++;
	CHECK(n > 100 && rr_memory_stats().free_pages < 14 + 8 + 1); /* nothing of the last, incomplete one is kept */
	return 0;
}
