/* Shared by the two directions of the port. */
#pragma once
#include <rr/uart.h>

#define PORT RR_UART_COM1

/* Attach the interrupt once. 0, -EBUSY, -ENODEV. Thread context. */
int console_irq_attach(void);
/* Add and remove interrupt causes. Any context. */
void console_irq_enable(unsigned add, unsigned remove);

/* Filled by the direction that is in use; NULL otherwise. Interrupt context. */
extern void (*console_on_receive)(void);
extern void (*console_on_transmit)(void);
