/* The calls of sys-file and sys-path by number, for host tests that link them. */
#pragma once
#include <stdint.h>

/* What Linux's call `number` returns here. Aborts for one that is not linked. */
long process_call(long number, const uint64_t a[6]);
