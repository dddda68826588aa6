#include <rr/cpu.h>
#include <rr/irq.h>

#include "port.h"

/* A line that stays raised without a cause that goes away must not hang the machine. */
#define MOST_CAUSES 64

void rr_console_uart_resume(void);

void (*console_on_receive)(void);
void (*console_on_transmit)(void);
static unsigned enabled;
static bool attached;

void console_irq_enable(unsigned add, unsigned remove)
{
	unsigned now = (enabled & ~remove) | add;
	if (now != enabled) {
		enabled = now;
		rr_uart_enable(PORT, now);
	}
}

/* Edge-triggered: the line must be seen low again, or no further interrupt comes. */
static void interrupt(void *argument)
{
	(void)argument;
	for (unsigned i = 0; i < MOST_CAUSES && rr_uart_pending(PORT); i++) {
		if (console_on_receive)
			console_on_receive();
		if (console_on_transmit)
			console_on_transmit();
	}
}

void rr_console_uart_resume(void)
{
	rr_uart_init(PORT);
	rr_uart_enable(PORT, enabled);
}

int console_irq_attach(void)
{
	if (attached)
		return 0;
	int error = rr_irq_attach(RR_UART_COM1_IRQ, interrupt, NULL);
	attached = error == 0;
	return error;
}
