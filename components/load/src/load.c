/* Exponentially damped averages of the number of threads that want to run, by Linux's constants (include/linux/sched/loadavg.h). */
#include <rr/clock.h>
#include <rr/load.h>
#include <rr/policy.h>

#define FIXED_1 (1ul << RR_LOAD_SHIFT)
#define PERIOD_NS (5 * RR_NSEC_PER_SEC)
/* After an hour of nothing all is zero. */
#define MOST_PERIODS 720u

static const uint64_t decay[3] = { 1884, 2014, 2037 }; /* FIXED_1 / exp(5 s / 1, 5, 15 min) */
static uint64_t averages[3];
static uint64_t sampled_at; /* monotonic ns */

static void step(uint64_t active)
{
	for (unsigned i = 0; i < RR_ARRAY_SIZE(averages); i++) {
		uint64_t sum = averages[i] * decay[i] + active * (FIXED_1 - decay[i]);
		if (active >= averages[i])
			sum += FIXED_1 - 1;
		averages[i] = sum / FIXED_1;
	}
}

/* Whole periods in which nobody came by were idle. */
void rr_load_sample(unsigned running)
{
	uint64_t periods = (rr_clock_monotonic() - sampled_at) / PERIOD_NS;
	sampled_at += periods * PERIOD_NS;
	for (uint64_t i = 1; i < rr_min(periods, (uint64_t)MOST_PERIODS); i++)
		step(0);
	if (periods)
		step(running * FIXED_1);
}

void rr_load_averages(uint64_t out[3])
{
	rr_load_sample(rr_sched_waiting()); /* who asks is not what makes the machine busy */
	for (unsigned i = 0; i < RR_ARRAY_SIZE(averages); i++)
		out[i] = averages[i];
}
