/* Clocks, in nanoseconds. Any context. */
#pragma once
#include <rr/types.h>

#define RR_NSEC_PER_SEC 1000000000ul
#define RR_FOREVER UINT64_MAX

/* Since boot; never steps back. */
uint64_t rr_clock_monotonic(void);
/* Since 1970-01-01 UTC. */
uint64_t rr_clock_realtime(void);
/* Set wall time: `now` is the time of this instant. */
void rr_clock_set_realtime(uint64_t now);
/* The same for the instant the clock started: `at_boot`. Does not look at the clock. */
void rr_clock_set_boot_realtime(uint64_t at_boot);
/* It is `now`, as somebody has found out who knows; a time that was set stays. */
void rr_clock_correct_realtime(uint64_t now);
/* Called when a program looks at wall time for the first time; who knows it better asks then. NULL: nobody does. Thread context. */
extern void (*rr_clock_ask)(void);
/* TSC cycles per second as calibrated. */
uint64_t rr_clock_tsc_hz(void);
