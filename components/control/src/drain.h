#pragma once
#include <rr/types.h>

/* Wait until `idle` holds: for ever where it can sleep, else for a second. */
void control_drain(bool (*idle)(void));
/* Every frame has left the machine. */
bool control_idle(void);
/* What the port interrupts for: RR_UART_RECEIVE once somebody listens. */
extern unsigned control_interrupts;
