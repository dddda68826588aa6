/*
 * A binary buddy allocator for each range of memory. Eight bytes describe a frame; the table lies at the start of its range. Frames from the
 * watermark up were never handed out: neither they nor their descriptions have been touched, so that taking over memory costs the same for
 * 2 MB and for 200 GB.
 */
#include "frames.h"
#include <rr/abi/errno.h>
#include <rr/page.h>
#include <rr/panic.h>
#include <rr/platform.h>
#include <rr/string.h>

#define MAX_ORDER 10
/* Kept back for RR_PAGE_RESERVE: a page with its tables, and a crash report's work. */
#define RESERVED_PAGES 8

enum frame_state { TAIL, FREE, USED }; /* TAIL: within a block, described by its first frame */

struct frame {
	uint32_t count : 28; /* USED: owners; FREE: next free block of this order */
	uint32_t state : 4;
	uint32_t link : 28; /* USED: tag; FREE: previous free block */
	uint32_t order : 4;
};
_Static_assert(sizeof(struct frame) == 8, "0.2 % of memory");

/* Frames are numbered within their zone; number 0 is in no zone, since each begins with its table. */
struct zone {
	struct frame *frames;
	uint64_t base; /* frame number in the machine of frames[0]; a multiple of the largest block */
	uint32_t first, watermark, end;
	uint32_t free[MAX_ORDER + 1];
};

static struct zone zones[RR_ARRAY_SIZE(rr_boot_info.memory)];
static unsigned zone_count;
static struct rr_memory_stats stats;

static void push(struct zone *zone, uint32_t index, unsigned order)
{
	uint32_t next = zone->free[order];
	zone->frames[index] = (struct frame){ .count = next, .state = FREE, .order = order };
	if (next)
		zone->frames[next].link = index;
	zone->free[order] = index;
}

static void pull(struct zone *zone, uint32_t index)
{
	struct frame *frame = &zone->frames[index];
	if (frame->link)
		zone->frames[frame->link].count = frame->count;
	else
		zone->free[frame->order] = frame->count;
	if (frame->count)
		zone->frames[frame->count].link = frame->link;
	frame->state = TAIL;
}

/* Free an aligned block, joining it with its buddies. */
static void release(struct zone *zone, uint32_t index, unsigned order)
{
	for (; order < MAX_ORDER; order++) {
		uint32_t buddy = index ^ 1u << order;
		if (buddy < zone->first || buddy >= zone->watermark || zone->frames[buddy].state != FREE || zone->frames[buddy].order != order)
			break;
		pull(zone, buddy);
		zone->frames[index].state = TAIL;
		index &= ~(1u << order);
	}
	push(zone, index, order);
}

/* Free [from, to) as the largest aligned blocks it consists of. */
static void release_range(struct zone *zone, uint32_t from, uint32_t to)
{
	while (from < to) {
		unsigned order = 0;
		while (order < MAX_ORDER && !(from & 1u << order) && from + (2u << order) <= to)
			order++;
		release(zone, from, order);
		from += 1u << order;
	}
}

/* A block of 2^order frames, in no list; 0 if there is none. */
static uint32_t take(struct zone *zone, unsigned order)
{
	uint32_t size = 1u << order;
	for (unsigned larger = order; larger <= MAX_ORDER; larger++) {
		uint32_t index = zone->free[larger];
		if (!index)
			continue;
		pull(zone, index);
		while (larger-- > order)
			push(zone, index + (1u << larger), larger);
		return index;
	}
	uint32_t old = zone->watermark;
	uint64_t index = rr_align_up(old, size), end = index + size;
	if (end > zone->end)
		return 0;
	zone->watermark = (uint32_t)end;
	if (order) { /* the caller describes the first frame of the block, so a single one needs nothing */
		memset(&zone->frames[old], 0, (end - old) * sizeof(struct frame));
		release_range(zone, old, (uint32_t)index);
	}
	return (uint32_t)index;
}

static struct zone *take_anywhere(unsigned order, uint32_t *index)
{
	for (struct zone *zone = zones; zone < zones + zone_count; zone++)
		if ((*index = take(zone, order)))
			return zone;
	return NULL;
}

/* 2^order frames with one owner. `taken`: how many of them are kept; the rest is given back by the caller. */
static struct zone *allocate(unsigned order, uint64_t taken, uint64_t reserve, uint32_t *index, rr_phys *out)
{
	struct zone *zone;
	if (stats.free_pages < taken + reserve || !(zone = take_anywhere(order, index)))
		return NULL;
	zone->frames[*index] = (struct frame){ .count = 1, .state = USED, .order = order };
	stats.free_pages -= taken;
	*out = (zone->base + *index) << RR_PAGE_SHIFT;
	return zone;
}

int rr_page_alloc(unsigned order, unsigned flags, rr_phys *out)
{
	uint32_t index;
	if (!allocate(order, 1ul << order, flags & RR_PAGE_RESERVE ? 0 : RESERVED_PAGES, &index, out))
		return -ENOMEM;
	if (flags & RR_PAGE_ZERO)
		memset(rr_phys_to_virt(*out), 0, RR_PAGE_SIZE << order);
	return 0;
}

void rr_page_scrub(void)
{
	for (const struct zone *zone = zones; zone < zones + zone_count; zone++)
		for (unsigned order = 0; order <= MAX_ORDER; order++)
			for (uint32_t index = zone->free[order]; index; index = zone->frames[index].count)
				memset(rr_phys_to_virt((zone->base + index) << RR_PAGE_SHIFT), 0, RR_PAGE_SIZE << order);
}

/* The zone that has handed out `page`; NULL for memory this allocator never owned. */
static struct zone *zone_of(rr_phys page, uint32_t *index)
{
	uint64_t number = page >> RR_PAGE_SHIFT;
	for (struct zone *zone = zones; zone < zones + zone_count; zone++)
		if (number >= zone->base + zone->first && number < zone->base + zone->watermark) {
			*index = (uint32_t)(number - zone->base);
			return zone;
		}
	return NULL;
}

static struct frame *used_frame(struct zone *zone, uint32_t index)
{
	struct frame *frame = &zone->frames[index];
	if (RR_UNLIKELY(frame->state != USED))
		rr_panic("page %lx is not allocated", (zone->base + index) << RR_PAGE_SHIFT);
	return frame;
}

void rr_page_ref(rr_phys page)
{
	uint32_t index;
	struct zone *zone = zone_of(page, &index);
	if (zone)
		used_frame(zone, index)->count++;
}

void rr_page_put(rr_phys page)
{
	uint32_t index;
	struct zone *zone = zone_of(page, &index);
	if (!zone)
		return;
	struct frame *frame = used_frame(zone, index);
	if (--frame->count)
		return;
	stats.free_pages += 1ul << frame->order;
	release(zone, index, frame->order);
}

uint32_t rr_page_refs(rr_phys page)
{
	uint32_t index;
	struct zone *zone = zone_of(page, &index);
	return zone ? used_frame(zone, index)->count : UINT32_MAX;
}

int rr_page_run_alloc(unsigned pages, unsigned tag, rr_phys *out)
{
	unsigned order = 0;
	while (1u << order < pages)
		order++;
	uint32_t index;
	struct zone *zone = order <= MAX_ORDER ? allocate(order, pages, RESERVED_PAGES, &index, out) : NULL;
	if (!zone)
		return -ENOMEM;
	zone->frames[index].order = 0;
	zone->frames[index].link = tag & RR_PAGE_TAG_MAX;
	if (pages < 1u << order)
		release_range(zone, index + pages, index + (1u << order));
	return 0;
}

void rr_page_run_free(rr_phys page, unsigned pages)
{
	uint32_t index;
	struct zone *zone = zone_of(page, &index);
	zone->frames[index].state = TAIL;
	stats.free_pages += pages;
	release_range(zone, index, index + pages);
}

unsigned rr_page_run_tag(rr_phys page)
{
	uint32_t index;
	struct zone *zone = zone_of(page, &index);
	return zone && zone->frames[index].state == USED ? zone->frames[index].link : 0;
}

struct rr_memory_stats rr_memory_stats(void) { return stats; }

static void add_zone(const struct rr_memory_range *range)
{
	uint64_t start = range->start >> RR_PAGE_SHIFT, end = range->end >> RR_PAGE_SHIFT;
	uint64_t base = rr_align_down(start, 1u << MAX_ORDER);
	uint64_t table = rr_align_up((end - start) * sizeof(struct frame), RR_PAGE_SIZE) >> RR_PAGE_SHIFT;
	if (end <= start + table || end - base > RR_PAGE_TAG_MAX)
		return;
	struct zone *zone = &zones[zone_count++];
	zone->base = base;
	/* Without entries for the frames between `base` and `start`. */
	zone->frames = (struct frame *)rr_phys_to_virt(range->start) - (start - base);
	zone->first = zone->watermark = (uint32_t)(start - base + table);
	zone->end = (uint32_t)(end - base);
	stats.total_pages += end - start;
	stats.free_pages += zone->end - zone->first;
}

void rr_memory_init(void)
{
	for (unsigned i = 0; i < rr_boot_info.memory_count; i++)
		add_zone(&rr_boot_info.memory[i]);
	rr_paging_init();
}
