#include <rr/clock-source.h>
#include <rr/cpu.h>
#include "calibrate.h"

/*
 * monotonic = base_ns + (tsc - base_tsc) * scale / 2^32. Changing the rate moves the base to now first, so the clock never steps; it is slewed
 * only by the difference of the rates.
 */
static uint64_t base_tsc, base_ns;
static uint64_t boot_ns; /* what the clock showed when this machine started: not 0 where its memory has run in another one before */
static uint64_t scale; /* ns per cycle, 32.32; 0: nobody has asked for the time yet */
static uint64_t tsc_hz;
static uint64_t realtime_offset; /* realtime - monotonic */
static bool realtime_is_set;     /* by a program */

void (*rr_clock_ask)(void);

/* Finding the rate takes tens of microseconds and many instructions: a program that never looks at a clock does not pay for it. */
static void need_rate(void)
{
	if (RR_UNLIKELY(!scale)) {
		rr_clock_calibrate();
	}
}

void rr_clock_start(void) { base_tsc = rr_rdtsc(); }

void rr_clock_resume(uint64_t at)
{
	rr_clock_start();
	boot_ns = base_ns = at;
	scale = realtime_offset = 0;
	realtime_is_set = false;
}

/* How long `cycles` of the TSC last, at the rate of now. */
static uint64_t cycles_to_ns(uint64_t cycles)
{
	need_rate();
	return (unsigned __int128)cycles * scale >> 32;
}

uint64_t rr_clock_monotonic(void)
{
	uint64_t tsc = rr_rdtsc();
	/* a TSC behind the base (another CPU's, off by little) must not wrap */
	return tsc > base_tsc ? base_ns + cycles_to_ns(tsc - base_tsc) : base_ns;
}

uint64_t rr_clock_realtime(void) { return rr_clock_monotonic() + realtime_offset; }
void rr_clock_set_realtime(uint64_t now)
{
	realtime_offset = now - rr_clock_monotonic();
	realtime_is_set = true;
}
void rr_clock_correct_realtime(uint64_t now)
{
	if (!realtime_is_set)
		realtime_offset = now - rr_clock_monotonic();
}
void rr_clock_set_boot_realtime(uint64_t at_boot) { realtime_offset = at_boot - boot_ns; }

/* Asked before the rate was ever changed: the clock's base is where it began. */
uint64_t rr_clock_start_tsc(void) { return base_tsc; }
void rr_clock_offer_boot_realtime(uint64_t at_boot)
{
	if (!realtime_offset)
		rr_clock_set_boot_realtime(at_boot);
}

uint64_t rr_clock_tsc_hz(void)
{
	need_rate();
	return tsc_hz;
}

void rr_clock_set_rate(uint64_t hz)
{
	if (scale) {
		uint64_t tsc = rr_rdtsc();
		base_ns += cycles_to_ns(tsc - base_tsc);
		base_tsc = tsc;
	}
	tsc_hz = hz;
	/* (10^9 << 32) / hz without a 128-bit division: the quotient's whole part, then 32 bits of its fraction */
	uint64_t whole = RR_NSEC_PER_SEC / hz, rest = RR_NSEC_PER_SEC % hz;
	scale = whole << 32 | (rest << 32) / hz;
}
