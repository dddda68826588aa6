#include <rr/abi/errno.h>
#include <rr/control.h>
#include <rr/cpu.h>
#include <rr/irq.h>
#include <rr/uart.h>

#include "frame.h"

#define PORT RR_UART_COM2
/* A line that stays raised without a cause that goes away must not hang the machine. */
#define MOST_CAUSES 64

static struct {
	uint8_t type;
	void (*call)(const uint8_t *payload, size_t length);
} handlers[5];
static struct frame_parser parser;

static void dispatch(void)
{
	for (unsigned i = 0; i < RR_ARRAY_SIZE(handlers); i++)
		if (handlers[i].call && handlers[i].type == frame_type(&parser))
			handlers[i].call(frame_payload(&parser), rr_min(frame_length(&parser), (size_t)FRAME_KEPT));
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
		rr_uart_enable(PORT, RR_UART_RECEIVE);
	started = error == 0;
	return error;
}

int rr_control_on(uint8_t type, void (*handler)(const uint8_t *payload, size_t length))
{
	unsigned slot = 0;
	if (!rr_control_present())
		return -ENODEV;
	while (slot < RR_ARRAY_SIZE(handlers) && handlers[slot].call && handlers[slot].type != type)
		slot++;
	if (slot == RR_ARRAY_SIZE(handlers) || handlers[slot].call)
		return -EBUSY;
	handlers[slot].type = type;
	handlers[slot].call = handler;
	return start();
}
