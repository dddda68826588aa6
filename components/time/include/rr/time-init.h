/* For the start code. */
#pragma once
#include <rr/types.h>

/* Start the clock. It is calibrated when somebody first asks for the time: some 50 µs on QEMU and KVM, 10 ms elsewhere. Interrupts off. */
void rr_time_init(void);
/* In a machine that goes on where another one stood: the monotonic clock showed `at` there. Wall time is not known. Interrupts off. */
void rr_time_resume(uint64_t at);
/* The timer interrupt; interrupt context. */
void rr_timer_interrupt(void);
