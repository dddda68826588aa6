/* libOS stacks: slots of 64 KiB of virtual memory, the lowest page of each never mapped. */
#include <rr/abi/errno.h>
#include <rr/page.h>
#include <rr/paging.h>
#include <rr/panic.h>

#define AREA 0xffffffffe0000000ul
#define SLOT 0x10000ul
/* The last 2 MiB of the address space stay empty: pointer arithmetic there wraps around. */
#define SLOTS ((0x20000000ul - 0x200000ul) / SLOT)

static unsigned hint; /* no slot below is free */

static void free_pages(uint64_t low)
{
	rr_phys page;
	for (; (page = rr_paging_unmap(rr_paging_kernel_root(), low)) != RR_NO_PAGE; low += RR_PAGE_SIZE)
		rr_page_put(page);
}

int rr_stack_alloc(unsigned pages, void **low, void **top)
{
	RR_ASSERT(pages < SLOT / RR_PAGE_SIZE - 1); /* and a page unmapped at the end, which free_pages() stops at */
	rr_phys root = rr_paging_kernel_root();
	uint64_t start;
	do {
		if (hint >= SLOTS)
			return -ENOMEM;
		start = AREA + hint++ * SLOT + RR_PAGE_SIZE;
	} while (rr_paging_lookup(root, start, NULL) != RR_NO_PAGE);

	uint64_t end = start;
	for (; pages; pages--, end += RR_PAGE_SIZE) {
		rr_phys page;
		if (rr_page_alloc(0, 0, &page))
			break;
		if (rr_paging_map(root, end, page, RR_PROT_READ | RR_PROT_WRITE)) {
			rr_page_put(page);
			break;
		}
	}
	if (pages) {
		rr_stack_free((void *)start);
		return -ENOMEM;
	}
	*low = (void *)start;
	*top = (void *)end;
	return 0;
}

void rr_stack_free(void *low)
{
	unsigned slot = (unsigned)(((uint64_t)low - AREA) / SLOT);
	free_pages((uint64_t)low);
	hint = rr_min(hint, slot);
}

bool rr_stack_guard_hit(uint64_t address) { return address >= AREA && address < AREA + SLOTS * SLOT && address % SLOT < RR_PAGE_SIZE; }
