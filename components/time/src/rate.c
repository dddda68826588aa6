#include "calibrate.h"
#include "rate.h"

/* How many times as long an interval must be to be believed whatever it says. */
#define MUCH_LONGER 8
/* More than one part in so many off: the machine was stopped meanwhile, or the interrupt came very late. */
#define BELIEVABLE 64
/* Cycles in a tick: beyond, the machine was stopped for hours, and the division could overflow. */
#define MOST_RATIO 1000

bool rr_clock_rate_learn(struct rr_clock_rate *rate, uint64_t lapic_hz, uint64_t ticks, uint64_t cycles)
{
	if (!ticks || cycles / ticks > MOST_RATIO || cycles < rate->over / MUCH_LONGER)
		return false;
	uint64_t hz = rr_multiply_divide(cycles, lapic_hz, ticks), off = rate->hz / BELIEVABLE;
	if (hz > rate->hz + off || hz < rate->hz - off)
		return false;
	/*
	 * Interrupts are late, by 10 µs or, on a busy host, by milliseconds, never early: every interval makes the TSC seem faster than it is. So
	 * of intervals that can be compared the slowest is the best.
	 */
	if (hz >= rate->hz && cycles / MUCH_LONGER < rate->over)
		return false;
	rate->hz = hz;
	rate->over = rr_max(rate->over, cycles);
	return true;
}
