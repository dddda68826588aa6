/* Between the parts of this component: runs of frames for the heap, and what the page tables need at start. */
#pragma once
#include <rr/types.h>

/*
 * `pages` contiguous frames (at most 1024), of which no more than that is taken; `tag` is kept with the first. 0 or -ENOMEM.
 * Given back by rr_page_run_free() alone.
 */
int rr_page_run_alloc(unsigned pages, unsigned tag, rr_phys *out);
void rr_page_run_free(rr_phys page, unsigned pages);
/* The tag of the run that starts at `page`; 0 for any other address. */
unsigned rr_page_run_tag(rr_phys page);
#define RR_PAGE_TAG_MAX ((1u << 28) - 1)

/* Note the page tables the machine runs on and let the direct map cover rr_boot_info.memory. Frames can be allocated already. */
void rr_paging_init(void);
