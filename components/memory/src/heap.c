/*
 * Slabs: a page is cut into blocks of one size; a map of the busy ones stands in its first 64 bytes. Blocks hold no links, so that writing
 * to a freed block leads the allocator nowhere. Blocks are taken in rotation, which keeps a freed one unused for a while. A word made of
 * the page's address and a secret guards the map against what overflows from the page below. Which pages are slabs is known from the
 * frame table, not from what a pointer points to.
 */
#include "frames.h"
#include <rr/cpu.h>
#include <rr/heap.h>
#include <rr/page.h>
#include <rr/panic.h>
#include <rr/string.h>

struct slab {
	uint64_t check;
	struct slab *next, **link; /* among the slabs of this class with free blocks; link is NULL in a full one */
	uint16_t used;
	uint8_t class;
	uint8_t turn; /* word of `busy` to search first */
	uint64_t busy[4]; /* bits behind the last block are set */
};
_Static_assert(sizeof(struct slab) == 64, "blocks are 16-byte aligned");

#define SPACE (RR_PAGE_SIZE - sizeof(struct slab))
/* Of a slab's frame; a run of pages has their number. */
#define SLAB_TAG RR_PAGE_TAG_MAX

static const uint16_t sizes[] = { 16, 32, 48, 64, 80, 96, 128, 176, 240, 320, 448, 576, 800, 1008, 1344, 2016 };
static struct slab *partial[RR_ARRAY_SIZE(sizes)];
static uint64_t secret;

static void link_slab(struct slab *slab)
{
	struct slab **head = &partial[slab->class];
	slab->next = *head;
	slab->link = head;
	if (slab->next)
		slab->next->link = &slab->next;
	*head = slab;
}

static void unlink_slab(struct slab *slab)
{
	*slab->link = slab->next;
	if (slab->next)
		slab->next->link = slab->link;
	slab->link = NULL;
}

static void check(const struct slab *slab)
{
	if (RR_UNLIKELY(slab->check != (secret ^ (uintptr_t)slab)))
		rr_panic("heap: a block below %p was written beyond its end", (const void *)slab);
}

static struct slab *new_slab(unsigned class)
{
	rr_phys page;
	if (rr_page_run_alloc(1, SLAB_TAG, &page))
		return NULL;
	if (!secret && !rr_cpu_random(&secret))
		secret = rr_rdtsc() * 0x9e3779b97f4a7c15ul;
	struct slab *slab = rr_phys_to_virt(page);
	*slab = (struct slab){ .check = secret ^ (uintptr_t)slab, .class = (uint8_t)class, .turn = (uint8_t)(page * secret >> 62) };
	for (unsigned word = 0, blocks = SPACE / sizes[class]; word < 4; word++, blocks -= rr_min(blocks, 64u))
		slab->busy[word] = blocks >= 64 ? 0 : ~0ul << blocks;
	link_slab(slab);
	return slab;
}

static void *take_block(struct slab *slab)
{
	unsigned word = slab->turn;
	while (!~slab->busy[word])
		word = (word + 1) % 4;
	slab->turn = (uint8_t)(word + 1) % 4;
	unsigned bit = (unsigned)__builtin_ctzl(~slab->busy[word]);
	slab->busy[word] |= 1ul << bit;
	unsigned size = sizes[slab->class];
	if (++slab->used == SPACE / size)
		unlink_slab(slab);
	return (char *)(slab + 1) + (word * 64 + bit) * size;
}

void *rr_alloc(size_t size)
{
	if (size > sizes[RR_ARRAY_SIZE(sizes) - 1]) {
		rr_phys page;
		if (size > 1024 * RR_PAGE_SIZE)
			return NULL;
		unsigned pages = (unsigned)(rr_align_up(size, RR_PAGE_SIZE) >> RR_PAGE_SHIFT);
		return rr_page_run_alloc(pages, pages, &page) ? NULL : rr_phys_to_virt(page);
	}
	unsigned class = 0;
	while (sizes[class] < size)
		class++;
	struct slab *slab = partial[class];
	if (!slab && !(slab = new_slab(class)))
		return NULL;
	check(slab);
	return take_block(slab);
}

void *rr_zalloc(size_t count, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(count, size, &total))
		return NULL;
	void *block = rr_alloc(total);
	if (block)
		memset(block, 0, total);
	return block;
}

static void free_in_slab(struct slab *slab, size_t offset)
{
	check(slab);
	unsigned size = sizes[slab->class];
	size_t index = (offset - sizeof *slab) / size;
	uint64_t bit = 1ul << index % 64;
	if (RR_UNLIKELY(offset < sizeof *slab || index >= SPACE / size || index * size + sizeof *slab != offset))
		rr_panic("heap: free of %p, not the start of a block", (void *)((char *)slab + offset));
	if (RR_UNLIKELY(!(slab->busy[index / 64] & bit)))
		rr_panic("heap: block %p is freed twice", (void *)((char *)slab + offset));
	slab->busy[index / 64] &= ~bit;
	slab->used--;
	if (!slab->link)
		link_slab(slab);
	/* The last slab of a class stays: the next block is likely to be wanted soon. */
	if (!slab->used && (slab->next || partial[slab->class] != slab)) {
		unlink_slab(slab);
		rr_page_run_free(rr_virt_to_phys(slab), 1);
	}
}

void rr_free(void *block)
{
	if (!block)
		return;
	uint64_t offset = (uintptr_t)block & RR_PAGE_MASK;
	void *start = (char *)block - offset;
	unsigned tag = rr_page_run_tag(rr_virt_to_phys(start));
	if (tag == SLAB_TAG)
		free_in_slab(start, offset);
	else if (RR_LIKELY(tag && !offset))
		rr_page_run_free(rr_virt_to_phys(start), tag);
	else
		rr_panic("heap: free of %p, which is no block of the heap", block);
}
