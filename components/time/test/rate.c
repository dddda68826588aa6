// sources: ../src/rate.c
// includes: ../src ../../base/include
/* The TSC's rate, learnt from intervals that end late by chance: it comes close, stays there, and nonsense is not believed. */
#include "rate.h"
#include <assert.h>
#include <stdio.h>

#define HZ 2499998123ul
#define LAPIC_HZ 1000000000ul

static uint64_t seed = 1;

static uint64_t below(uint64_t limit)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % limit;
}

/* How far off, in parts per million. */
static double off(const struct rr_clock_rate *rate)
{
	double difference = ((double)rate->hz - (double)HZ) / (double)HZ * 1e6;
	return difference < 0 ? -difference : difference;
}

/* `count` intervals of `least` to `most` ns, each up to `late` ns late, a tenth of them hardly. Then the rate is `close` ppm from the true one or less. */
static void learn(int start_ppm, unsigned count, uint64_t least, uint64_t most, uint64_t late, double close)
{
	struct rr_clock_rate rate = { .hz = HZ + (uint64_t)((int64_t)HZ / 1000000 * start_ppm), .over = HZ / 1000000 * 30 };
	double worst = off(&rate);
	for (unsigned i = 0; i < count; i++) {
		uint64_t ticks = least + below(most - least), lateness = 10000 + (below(10) ? below(late) : 0);
		rr_clock_rate_learn(&rate, LAPIC_HZ, ticks, (uint64_t)((double)(ticks + lateness) * HZ / 1e9));
		double lateness_of_long = (double)(late + 10000) / (double)least * 1e6;
		assert(off(&rate) <= (worst > lateness_of_long ? worst : lateness_of_long));
	}
	if (off(&rate) > close) {
		fprintf(stderr, "from %d ppm, up to %lu ns late: %.1f ppm off\n", start_ppm, (unsigned long)late, off(&rate));
		assert(0);
	}
}

int main(void)
{
	for (int ppm = -2500; ppm <= 2500; ppm += 500) {
		learn(ppm, 200, 1000000, 4000000000u, 20000, 10);
		learn(ppm, 200, 1000000, 4000000000u, 5000000, 20);
		learn(ppm, 400, 5000000, 20000000, 100000, 2100); /* nothing long: as good as the shortest lateness */
	}
	struct rr_clock_rate rate = { .hz = HZ, .over = HZ / 100 };
	assert(!rr_clock_rate_learn(&rate, LAPIC_HZ, 0, HZ));
	assert(!rr_clock_rate_learn(&rate, LAPIC_HZ, LAPIC_HZ, 2 * HZ) && !rr_clock_rate_learn(&rate, LAPIC_HZ, LAPIC_HZ, HZ / 2));
	assert(!rr_clock_rate_learn(&rate, LAPIC_HZ, LAPIC_HZ / 1000, HZ / 1000 - HZ / 200000)); /* too short to say anything */
	assert(!rr_clock_rate_learn(&rate, LAPIC_HZ, 1, UINT64_MAX)); /* stopped for very long */
	assert(rate.hz == HZ && rate.over == HZ / 100);
	puts("ok");
	return 0;
}
