/* x86-64 page tables (Intel SDM vol. 3A, ch. 4). A root is the physical address of a PML4. Thread context, big lock. */
#pragma once
#include <rr/types.h>

#define RR_PROT_READ 1u
#define RR_PROT_WRITE 2u
#define RR_PROT_EXEC 4u
#define RR_PROT_USER 8u   /* accessible from ring 3 */

/* A new root that shares the libOS's half. 0 or -ENOMEM. */
int rr_paging_create(rr_phys *root);
/* Free the tables of the low half (not the pages they map) and the root. Not while it is loaded. */
void rr_paging_destroy(rr_phys root);
/* A prot without READ, WRITE and EXEC makes the page inaccessible; it stays known to lookup, unmap and next.
 * Map one page, replacing what was there; 0 or -ENOMEM for a table. The TLB entry is flushed if the root is loaded. */
int rr_paging_map(rr_phys root, uint64_t address, rr_phys page, unsigned prot);
/* Unmap one page; returns the frame, or RR_NO_PAGE when nothing was mapped. Flushes. */
rr_phys rr_paging_unmap(rr_phys root, uint64_t address);
/* The frame mapped at `address` and its prot (may be NULL), or RR_NO_PAGE. */
rr_phys rr_paging_lookup(rr_phys root, uint64_t address, unsigned *prot);
/* Give each page that is mapped in [from, end) the prot that prot_of() says. Flushes. */
void rr_paging_protect(rr_phys root, uint64_t from, uint64_t end, unsigned (*prot_of)(const void *argument, rr_phys page), const void *argument);

/* The first address in [from, end) where a page is mapped (whatever its prot), or `end`; page-aligned. For walking sparse ranges. */
uint64_t rr_paging_next(rr_phys root, uint64_t from, uint64_t end);
/* Unmap all pages of [from, end) and give them up (rr_page_put). Returns how many there were. Flushes. */
uint64_t rr_paging_clear(rr_phys root, uint64_t from, uint64_t end);
/*
 * Let `to` map, too, what `from` maps in [start, end), where `to` maps nothing; the right to write is taken from both, and `to` has references of
 * its own. *count grows by the number of pages. 0 or -ENOMEM (then part of it is done). Flushes.
 */
int rr_paging_share(rr_phys from, rr_phys to, uint64_t start, uint64_t end, uint64_t *count);
/* Nothing is mapped in [from, end) of the low half any more: free the tables that serve only it. Flushes. */
void rr_paging_trim(rr_phys root, uint64_t from, uint64_t end);

#define RR_NO_PAGE (~0ul)

/* The root the boot code made, with the direct map; libOS threads run on it. */
rr_phys rr_paging_kernel_root(void);

/* Registers of a device at [address, address + size), not cached, for good. *registers is where they are. 0, -ENOMEM, -EINVAL. */
int rr_mmio_map(rr_phys address, uint64_t size, volatile void **registers);

/* A libOS stack of `pages` pages with an unmapped guard page below. *top is its end, 16-byte aligned. 0 or -ENOMEM. */
int rr_stack_alloc(unsigned pages, void **low, void **top);
void rr_stack_free(void *low);
/* True when `address` lies in the guard page of some libOS stack. Any context. */
bool rr_stack_guard_hit(uint64_t address);
