#include <rr/abi/errno.h>
#include <rr/console.h>
#include <rr/cpu.h>

#include "port.h"

static const struct rr_console_reader *reader;

/* While the reader has no space bytes stay in the device, whose other side then stops sending: nothing is lost. */
static void receive(void)
{
	uint8_t bytes[32];
	for (;;) {
		size_t space = rr_min(reader->space(), sizeof(bytes));
		if (!space) {
			console_irq_enable(0, RR_UART_RECEIVE);
			return;
		}
		size_t count = rr_uart_get(PORT, bytes, space);
		if (!count)
			return;
		reader->receive(bytes, count);
	}
}

int rr_console_read_start(const struct rr_console_reader *who)
{
	if (reader)
		return -EBUSY;
	int error = console_irq_attach();
	if (error)
		return error;
	reader = who;
	console_on_receive = receive;
	rr_console_read_resume();
	return 0;
}

void rr_console_read_resume(void)
{
	console_irq_enable(RR_UART_RECEIVE, 0);
	receive();
}
