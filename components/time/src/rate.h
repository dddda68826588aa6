/* Private to the time component: how the estimate of the TSC's rate gets better. Pure. */
#pragma once
#include <rr/types.h>

struct rr_clock_rate {
	uint64_t hz;   /* cycles of the TSC in a second */
	uint64_t over; /* TSC cycles of the longest interval behind it */
};

/*
 * An interval for which the local APIC's timer was set to `ticks` (of `lapic_hz` in a second) has ended, and `cycles` of the TSC have passed since just
 * before it was set. Whether *rate became better by it. Interrupt context.
 */
bool rr_clock_rate_learn(struct rr_clock_rate *rate, uint64_t lapic_hz, uint64_t ticks, uint64_t cycles);
