/* Load averages: proc(5), sysinfo(2). Thread context. */
#pragma once
#include <rr/types.h>

/* Fractional bits of a load average. */
#define RR_LOAD_SHIFT 11

/* Threads that run or want to, averaged over 1, 5 and 15 minutes. They need somebody who samples, without whom they are zero. */
void rr_load_averages(uint64_t out[3]);
/* `running` threads run or want to now; what passed since the last call without a sample was idle. Any context. */
void rr_load_sample(unsigned running);
