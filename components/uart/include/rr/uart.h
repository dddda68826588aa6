/*
 * A 16550A UART behind I/O ports (National Semiconductor PC16550D data sheet, section 8). No state is kept here: the owner of a
 * port serialises its calls. Any context.
 */
#pragma once
#include <rr/types.h>

#define RR_UART_COM1 0x3f8
#define RR_UART_COM2 0x2f8
#define RR_UART_COM1_IRQ 4
#define RR_UART_COM2_IRQ 3

/* Bits of the interrupt enable register. */
#define RR_UART_RECEIVE 1u
#define RR_UART_TRANSMIT 2u

/* True when there is a port: it remembers what is written to its scratch register. */
bool rr_uart_present(uint16_t port);

/*
 * FIFO on, 8 data bits, interrupts off. The FIFO's being switched on empties it: a byte that came before would be lost, so the other
 * side sends nothing until it has heard from us (docs/interfaces.md section 8).
 */
void rr_uart_init(uint16_t port);

/* Hand over up to `length` bytes. Returns how many: 0 when the transmitter stayed full for the whole (short, bounded) spin. */
size_t rr_uart_put(uint16_t port, const void *bytes, size_t length);

/* Everything has left the port. */
bool rr_uart_idle(uint16_t port);

/* Take up to `length` received bytes; returns how many there were. */
size_t rr_uart_get(uint16_t port, void *bytes, size_t length);

/* Which of RR_UART_* raise the port's interrupt. */
void rr_uart_enable(uint16_t port, unsigned interrupts);

/* Read the interrupt cause, which also acknowledges a transmit interrupt. True while one is pending. */
bool rr_uart_pending(uint16_t port);
