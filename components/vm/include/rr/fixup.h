/* For the handler of exceptions: libOS instructions that may fail because of what the program gave. */
#pragma once
#include <rr/types.h>

/* Where to go on when the instruction at `rip` may not touch what it touched. False: it is none of those. Any context. */
bool rr_fixup_find(uint64_t rip, uint64_t *landing);
