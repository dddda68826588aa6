/* Private to the time component. */
#pragma once
#include <rr/types.h>

/* a * b / c, rounded down; the quotient must fit into 64 bits. */
static inline uint64_t rr_multiply_divide(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t quotient = a, high;
	__asm__("mulq %2; divq %3" : "+a"(quotient), "=&d"(high) : "r"(b), "r"(c) : "cc");
	return quotient;
}
/* Find out how fast TSC and local APIC timer run and set the rate. No timer is armed yet. */
void rr_clock_calibrate(void);
/* The clock begins now. */
void rr_clock_start(void);
/* The clock goes on at `at` ns, at a rate that is to be found out. */
void rr_clock_resume(uint64_t at);
/* Ticks of the local APIC timer in a second; known once the clock has been asked for the time. */
uint64_t rr_lapic_hz(void);
/* A timer interval of `lapic_ticks` took `cycles` of the TSC: a better estimate of its rate, if the interval was long. Interrupt context. */
void rr_clock_refine(uint64_t lapic_ticks, uint64_t cycles);
