/* Local APIC and I/O APIC, private to the cpu component. Intel SDM vol. 3A, ch. 11; 82093AA data sheet. */
#pragma once
#include <rr/types.h>

void rr_lapic_init(void);
/* Route again what rr_irq_attach() has attached. */
void rr_irq_resume(void);
void rr_lapic_end_of_interrupt(void);
/* Runs the handler of a vector, counted from RR_VECTOR_IRQ. Interrupt context. */
void rr_irq_dispatch(unsigned line);
