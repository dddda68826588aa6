/*
 * Physical page frames: a buddy allocator with reference counts. Frames that were never handed out are not touched (an image on a 4 GB guest
 * costs the host only what is used). Thread context, under the big lock.
 */
#pragma once
#include <rr/types.h>

#define RR_DIRECT_MAP 0xffff800000000000ul

static inline void *rr_phys_to_virt(rr_phys address) { return (void *)(address + RR_DIRECT_MAP); }
/* Only for addresses in the direct map. */
static inline rr_phys rr_virt_to_phys(const void *address) { return (rr_phys)address - RR_DIRECT_MAP; }

/*
 * Takes over the free memory of rr_boot_info; once, at start, on the boot code's page tables, which map the first GiB directly. Extends the
 * direct map to all of it.
 */
void rr_memory_init(void);

#define RR_PAGE_ZERO 1u /* filled with zeros */
#define RR_PAGE_RESERVE 2u /* may use the last pages kept for the libOS itself (tables, crash reports) */

/* 2^order contiguous frames, aligned to their size, one reference. 0 or -ENOMEM. order <= 10. */
int rr_page_alloc(unsigned order, unsigned flags, rr_phys *out);
/* One more owner. Frames of the image (never allocated) may be given too: nothing happens. */
void rr_page_ref(rr_phys page);
/* One owner less; the last one frees. */
void rr_page_put(rr_phys page);
/* Owners of an allocated frame; UINT32_MAX for a frame of the image, which nobody may write to in place. */
uint32_t rr_page_refs(rr_phys page);

/* Fill all free frames with zeros: what was in them is nobody's business, and an image of the memory leaves zeros out. */
void rr_page_scrub(void);

struct rr_memory_stats {
	uint64_t total_pages, free_pages;
};
struct rr_memory_stats rr_memory_stats(void);
