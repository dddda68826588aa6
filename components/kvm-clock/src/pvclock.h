/*
 * KVM's paravirtual clock: what its structures mean (Linux, Documentation/virt/kvm/x86/msr.rst, MSR_KVM_SYSTEM_TIME_NEW and MSR_KVM_WALL_CLOCK_NEW).
 * Only arithmetic, which the host-side test checks.
 */
#pragma once
#include <rr/clock.h>

struct pvclock_time {
	uint32_t version; /* odd while it is being written */
	uint32_t pad;
	uint64_t tsc_timestamp;
	uint64_t system_time; /* ns, at tsc_timestamp */
	uint32_t tsc_to_system_mul; /* ns = (cycles << tsc_shift, or >> -tsc_shift) * mul / 2^32 */
	int8_t tsc_shift;
	uint8_t flags;
	uint8_t pad2[2];
};
_Static_assert(sizeof(struct pvclock_time) == 32, "struct pvclock_vcpu_time_info");

struct pvclock_wall {
	uint32_t version;
	uint32_t sec, nsec; /* since the epoch, when system time was 0 */
};
_Static_assert(sizeof(struct pvclock_wall) == 12, "struct pvclock_wall_clock");

/* ns per cycle, 32.32; 0: no rate. */
static inline uint64_t pvclock_scale(const struct pvclock_time *time)
{
	if (time->tsc_shift < -31 || time->tsc_shift > 31)
		return 0;
	return time->tsc_shift < 0 ? (uint64_t)time->tsc_to_system_mul >> -time->tsc_shift : (uint64_t)time->tsc_to_system_mul << time->tsc_shift;
}

/* a * b / c: the quotient must fit into 64 bits. */
static inline uint64_t pvclock_divide(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t quotient = a, high;
	__asm__("mulq %2; divq %3" : "+a"(quotient), "=&d"(high) : "r"(b), "r"(c) : "cc");
	return quotient;
}

/* Cycles per second; 0 for what no processor has. */
static inline uint64_t pvclock_hz(const struct pvclock_time *time)
{
	unsigned shift = time->tsc_shift < 0 ? -time->tsc_shift : 0;
	uint64_t scale = pvclock_scale(time);
	if (scale < 1ul << 26 || scale > 1000ul << 32) /* above 64 GHz, below 1 MHz */
		return 0;
	/* by the multiplier in full, so that nothing is lost when it is shifted down */
	return shift ? pvclock_divide(RR_NSEC_PER_SEC << shift, 1ul << 32, time->tsc_to_system_mul) : pvclock_divide(RR_NSEC_PER_SEC, 1ul << 32, scale);
}

/* System time at `tsc`, which may be before the timestamp, ns. */
static inline uint64_t pvclock_system_time(const struct pvclock_time *time, uint64_t tsc)
{
	bool before = tsc < time->tsc_timestamp;
	uint64_t cycles = before ? time->tsc_timestamp - tsc : tsc - time->tsc_timestamp;
	uint64_t ns = (unsigned __int128)cycles * pvclock_scale(time) >> 32;
	return before ? time->system_time - ns : time->system_time + ns;
}
