#include "machine.h"
#include <string.h>

/* Addresses are what malloc gives; "physical" is only another number for it. */
static unsigned pages_out, blocks_out;

int rr_page_alloc(unsigned order, unsigned flags, rr_phys *out)
{
	void *memory = aligned_alloc(RR_PAGE_SIZE, RR_PAGE_SIZE << order);
	memset(memory, flags & RR_PAGE_ZERO ? 0 : 0xee, RR_PAGE_SIZE << order);
	*out = rr_virt_to_phys(memory);
	pages_out++;
	return 0;
}

void rr_page_put(rr_phys page)
{
	free(rr_phys_to_virt(page));
	pages_out--;
}

void *rr_alloc(size_t size)
{
	blocks_out++;
	return malloc(size);
}

void *rr_zalloc(size_t count, size_t size)
{
	blocks_out++;
	return calloc(count, size);
}

void rr_free(void *block)
{
	blocks_out -= block != NULL;
	free(block);
}

void *machine_memory(size_t size) { return calloc(1, size); }
void machine_check_empty(void) { CHECK(!pages_out && !blocks_out); }
