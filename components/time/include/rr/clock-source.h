/* For components that know the time from the hypervisor. Any context. */
#pragma once
#include <rr/clock.h>

/* Asked under KVM when the rate of the TSC is first needed: calls rr_clock_set_rate() and returns true, or false: it must be measured. NULL: nobody to ask. */
extern bool (*rr_clock_source)(void);
/* The TSC runs at `hz` from now on (as far as we know). */
void rr_clock_set_rate(uint64_t hz);
/* What the TSC showed when the monotonic clock began. */
uint64_t rr_clock_start_tsc(void);
/* As rr_clock_set_boot_realtime(), unless wall time has been set: the launcher's is as good, and may be meant to be another one. */
void rr_clock_offer_boot_realtime(uint64_t at_boot);
