/* For the start code. */
#pragma once

/* Start the clock. It is calibrated when somebody first asks for the time: some 50 µs on QEMU and KVM, 10 ms elsewhere. Interrupts off. */
void rr_time_init(void);
/* The timer interrupt; interrupt context. */
void rr_timer_interrupt(void);
