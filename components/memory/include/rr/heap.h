/*
 * The libOS heap: size classes within pages, larger blocks as whole pages. A block freed twice, a pointer that is no block and a write that
 * ran into the next page's administration end in a panic. Thread context under the big lock; not in interrupts.
 */
#pragma once
#include <rr/types.h>

/* At least `size` bytes, 16-byte aligned, or NULL; always NULL above 4 MiB. */
void *rr_alloc(size_t size);
/* The same, zeroed; NULL also when count * size overflows. */
void *rr_zalloc(size_t count, size_t size);
/* NULL is allowed. */
void rr_free(void *block);
