#include <rr/abi/errno.h>
#include <rr/control.h>
#include <rr/cpu.h>
#include <rr/irq.h>
#include <rr/uart.h>

#include "drain.h"
#include "frame.h"

#define PORT RR_UART_COM2
/* A line that stays raised without a cause that goes away must not hang the machine. */
#define MOST_CAUSES 64

/* By type, a capital letter: there is room for all there can be. */
static void (*handlers['Z' - 'A' + 1])(const uint8_t *payload, size_t length);
static struct frame_parser parser;

static void dispatch(void)
{
	unsigned index = (unsigned)frame_type(&parser) - 'A';
	if (index < RR_ARRAY_SIZE(handlers) && handlers[index])
		handlers[index](frame_payload(&parser), rr_min(frame_length(&parser), (size_t)FRAME_KEPT));
}

/* Edge-triggered: the line must be seen low again, or no further interrupt comes. */
static void interrupt(void *argument)
{
	uint8_t bytes[16];
	(void)argument;
	for (unsigned round = 0; round < MOST_CAUSES && rr_uart_pending(PORT); round++) {
		size_t count = rr_uart_get(PORT, bytes, sizeof(bytes));
		for (size_t i = 0; i < count; i++)
			if (frame_take(&parser, bytes[i]))
				dispatch();
	}
}

static int start(void)
{
	static bool started;
	if (started)
		return 0;
	int error = rr_irq_attach(RR_UART_COM2_IRQ, interrupt, NULL);
	if (!error)
		rr_uart_enable(PORT, control_interrupts = RR_UART_RECEIVE);
	started = error == 0;
	return error;
}

int rr_control_on(uint8_t type, void (*handler)(const uint8_t *payload, size_t length))
{
	unsigned index = (unsigned)type - 'A';
	if (!rr_control_present())
		return -ENODEV;
	if (index >= RR_ARRAY_SIZE(handlers))
		return -EINVAL;
	if (handlers[index])
		return -EBUSY;
	handlers[index] = handler;
	return start();
}
