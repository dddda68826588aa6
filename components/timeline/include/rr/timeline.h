/* Where the time of booting goes. */
#pragma once
#include <rr/cpu.h>

/* The stages of a boot, in order. */
enum rr_stage { RR_STAGE_ENTRY, RR_STAGE_CPU, RR_STAGE_CLOCK, RR_STAGE_MEMORY, RR_STAGE_COMPONENTS, RR_STAGE_PROGRAM, RR_STAGE_COUNT };

/* TSC at the end of each. */
extern uint64_t rr_timeline_stamps[RR_STAGE_COUNT];

/* `stage` ends here. Inline, since a call costs boot time. Thread context. */
static inline void rr_timeline(enum rr_stage stage) { rr_timeline_stamps[stage] = rr_rdtsc(); }

/* Send the stamps to the launcher if it asked for them. Once, before rr_control_booted(). */
void rr_timeline_send(void);
