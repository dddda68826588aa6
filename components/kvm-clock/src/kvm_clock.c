#include <rr/clock-source.h>
#include <rr/cpu.h>
#include <rr/sections.h>
#include "pvclock.h"

/* Linux, Documentation/virt/kvm/x86/cpuid.rst and msr.rst */
#define FEATURE_LEAF 0x40000001u
#define FEATURE_CLOCK (1u << 3)
#define MSR_WALL_CLOCK 0x4b564d00u
#define MSR_SYSTEM_TIME 0x4b564d01u
#define ENABLE 1u
#define MOST_TRIES 1000

void rr_kvm_clock_init(void);

/* What the hypervisor has written, whole. False: it was at it all the time, or never began. */
static bool read_time(const volatile struct pvclock_time *from, struct pvclock_time *out)
{
	for (unsigned tries = 0; tries < MOST_TRIES; tries++) {
		*out = *from;
		if (out->version && !(out->version & 1) && out->version == from->version)
			return true;
	}
	return false;
}

static bool ask(void)
{
	static volatile struct pvclock_time area __attribute__((aligned(64)));
	static volatile struct pvclock_wall wall __attribute__((aligned(16)));
	struct pvclock_time time;
	if (!(rr_cpuid(FEATURE_LEAF, 0).eax & FEATURE_CLOCK))
		return false;
	rr_wrmsr(MSR_WALL_CLOCK, (uint64_t)&wall - RR_LIBOS_OFFSET);
	rr_wrmsr(MSR_SYSTEM_TIME, ((uint64_t)&area - RR_LIBOS_OFFSET) | ENABLE);
	bool whole = read_time(&area, &time);
	rr_wrmsr(MSR_SYSTEM_TIME, 0);
	uint64_t hz = whole ? pvclock_hz(&time) : 0;
	if (!hz)
		return false;
	rr_clock_set_rate(hz);
	if (wall.version && !(wall.version & 1))
		rr_clock_offer_boot_realtime(wall.sec * RR_NSEC_PER_SEC + wall.nsec + pvclock_system_time(&time, rr_clock_start_tsc()));
	return true;
}

void rr_kvm_clock_init(void) { rr_clock_source = ask; }
