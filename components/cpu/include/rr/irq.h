/*
 * Device interrupts. A handler runs at once when the program was interrupted. When libOS code was, the interrupt is only noted (rr_cpu.irq_pending, and
 * RR_WORK_IRQ in the running thread), and its handler runs where the libOS stands still: before it returns to the program, switches threads or idles. So
 * libOS code needs no protection from handlers; they are part of what the big lock guards.
 */
#pragma once
#include <rr/cpu.h>
#include <rr/types.h>

/* Run the handlers of what has been noted. Thread context, where another thread could run as well. */
void rr_irq_run_pending(void);
static inline bool rr_irq_is_pending(void) { return __atomic_load_n(&rr_this_cpu()->irq_pending, __ATOMIC_RELAXED); }

/*
 * Route ISA interrupt `line` (0-15) to `handler`, edge-triggered, and unmask it. The handler runs in interrupt context: interrupts off,
 * no blocking. One handler a line; -EBUSY when taken, -ENODEV without an interrupt controller. Thread context.
 */
int rr_irq_attach(unsigned line, void (*handler)(void *argument), void *argument);

/* What a device writes, and where, to interrupt (MSI, MSI-X). */
struct rr_irq_message {
	uint64_t address;
	uint32_t data;
};
/* The same for an interrupt that a device sends as a message. -ENOSPC: all 14 are in use. Thread context. */
int rr_irq_attach_message(void (*handler)(void *argument), void *argument, struct rr_irq_message *message);
