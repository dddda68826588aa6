#pragma once
#include <rr/process-timer.h>

/* Sleep until `clock`, one of CPU time, shows `ns`, or (not `absolute`) has advanced by that; then what a signal leaves goes to the program's `remaining`. */
long cpu_sleep(const struct rr_process_clock *clock, bool absolute, uint64_t ns, uint64_t remaining);
