/* Deadlines of waits. Any context. */
#pragma once
#include <rr/clock.h>

/*
 * The moment `seconds` and `nanoseconds` from now, monotonic; 0 for no time at all, which needs no clock; RR_FOREVER for what the clock does not
 * reach. False for what is no time (negative, a second or more of nanoseconds).
 */
bool rr_deadline_after(int64_t seconds, int64_t nanoseconds, uint64_t *out);
/* What is left until then, 0 when it is past. */
uint64_t rr_deadline_left(uint64_t deadline);
