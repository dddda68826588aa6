/*
 * How fast the TSC runs. Hypervisors tell (by a clock of their own, CPUID 0x40000010) or emulate a local APIC timer of 1 GHz (QEMU, with TCG and KVM, and
 * Firecracker): then 30 µs against it give a quarter of a percent, refined later over longer timer intervals. Anything else is measured
 * against the PIT, which costs what it waits.
 */
#include <rr/clock-source.h>
#include <rr/cpu.h>
#include <rr/time-init.h>
#include <rr/timer.h>
#include <rr/trap.h>
#include "../calibrate.h"
#include "../rate.h"

#define HYPERVISOR_LEAF 0x40000000u
#define TIMING_LEAF 0x40000010u
#define CPUID_1_ECX_HYPERVISOR (1u << 31)
#define LAPIC_HZ_EMULATED 1000000000ul
#define QUICK_TICKS 30000u
#define LOOKS 4
#define PIT_HZ 1193182u
#define PIT_COUNT 11932u /* 10 ms */
#define PIT_CHANNEL2 0x42
#define PIT_COMMAND 0x43
#define PIT_GATE 0x61
#define SPIN_LIMIT 100000000u

bool (*rr_clock_source)(void);

static uint64_t lapic_hz;
static uint64_t refined_over; /* struct rr_clock_rate's `over` for the present rate */

uint64_t rr_lapic_hz(void) { return lapic_hz; }

/* Both clocks at one moment. */
struct reading {
	uint64_t tsc;
	uint32_t left;
};

/*
 * The narrowest of a few looks: the host may take the processor away for milliseconds between reading one clock and the other, and a rate that is
 * wrong by as much would stay.
 */
static struct reading read_both(void)
{
	struct reading best = { 0 };
	uint64_t narrowest = UINT64_MAX;
	for (unsigned i = 0; i < LOOKS; i++) {
		uint64_t before = rr_rdtsc();
		uint32_t left = rr_lapic_timer_left();
		uint64_t width = rr_rdtsc() - before;
		if (width < narrowest) {
			narrowest = width;
			best = (struct reading){ before + width / 2, left };
		}
	}
	return best;
}

/* TSC cycles while the local APIC's timer counts `ticks`. */
static uint64_t cycles_for_lapic(uint32_t ticks)
{
	rr_lapic_timer_set(UINT32_MAX);
	struct reading first = read_both(), last;
	unsigned spins = 0;
	do
		last = read_both();
	while (first.left - last.left < ticks && ++spins < SPIN_LIMIT);
	rr_lapic_timer_set(0);
	uint32_t passed = first.left - last.left;
	return rr_multiply_divide(last.tsc - first.tsc, ticks, passed ? passed : 1);
}

static void calibrate_by_pit(void)
{
	rr_out8(PIT_GATE, (rr_in8(PIT_GATE) & ~2) | 1); /* speaker off, gate of channel 2 on */
	rr_out8(PIT_COMMAND, 0xb0);                     /* channel 2, both bytes, mode 0 */
	rr_out8(PIT_CHANNEL2, PIT_COUNT & 0xff);
	rr_out8(PIT_CHANNEL2, PIT_COUNT >> 8);
	rr_lapic_timer_set(UINT32_MAX);
	uint64_t tsc = rr_rdtsc();
	for (unsigned spins = 0; !(rr_in8(PIT_GATE) & 0x20) && spins < SPIN_LIMIT; spins++)
		;
	uint64_t cycles = rr_rdtsc() - tsc;
	lapic_hz = (uint64_t)(UINT32_MAX - rr_lapic_timer_left()) * PIT_HZ / PIT_COUNT;
	rr_lapic_timer_set(0);
	rr_clock_set_rate(cycles * PIT_HZ / PIT_COUNT);
	refined_over = cycles;
}

void rr_clock_calibrate(void)
{
	if (!(rr_cpuid(1, 0).ecx & CPUID_1_ECX_HYPERVISOR)) {
		calibrate_by_pit();
		return;
	}
	struct rr_cpuid signature = rr_cpuid(HYPERVISOR_LEAF, 0);
	bool qemu = signature.ebx == 0x54474354, kvm = signature.ebx == 0x4b4d564b; /* "TCGT", "KVMK" */
	if (!qemu && !kvm) {
		calibrate_by_pit();
		return;
	}
	lapic_hz = LAPIC_HZ_EMULATED;
	if (kvm && rr_clock_source && rr_clock_source()) {
		refined_over = UINT64_MAX / 16;
		return;
	}
	uint32_t khz = rr_cpuid(TIMING_LEAF, 0).eax;
	if (khz) {
		rr_clock_set_rate(khz * 1000ul);
		refined_over = UINT64_MAX / 16;
		return;
	}
	uint64_t cycles = cycles_for_lapic(QUICK_TICKS);
	rr_clock_set_rate(cycles * (lapic_hz / QUICK_TICKS));
	refined_over = cycles;
}

void rr_clock_refine(uint64_t lapic_ticks, uint64_t cycles)
{
	struct rr_clock_rate rate = { .hz = rr_clock_tsc_hz(), .over = refined_over };
	if (!rr_clock_rate_learn(&rate, lapic_hz, lapic_ticks, cycles))
		return;
	refined_over = rate.over;
	rr_clock_set_rate(rate.hz);
}
