#include <rr/abi/errno.h>
#include <rr/console.h>
#include <rr/wait.h>

#include "port.h"

/* Should the transmit interrupt not come (no interrupt controller), the port is looked at this often. */
#define LOOK_AGAIN (5 * 1000 * 1000ul)
/* An emergency write gives up on the rest after so many rounds of rr_uart_put() without progress. */
#define EMERGENCY_ROUNDS 50

void rr_console_uart_init(void);

static struct rr_waitqueue port_ready = RR_WAITQUEUE_INIT(port_ready), writer_done = RR_WAITQUEUE_INIT(writer_done);
static volatile bool port_empty; /* set by the transmit interrupt */
static bool writing;             /* one writer at a time, so that writes don't mix while one waits */

void rr_console_uart_init(void) { rr_uart_init(PORT); }

static void transmit_ready(void)
{
	console_irq_enable(0, RR_UART_TRANSMIT);
	port_empty = true;
	rr_wake_all(&port_ready);
}

/* The other side is slow: sleep until the port takes bytes again. */
static __attribute__((noinline)) int wait_for_port(void)
{
	port_empty = false;
	console_on_transmit = transmit_ready;
	if (console_irq_attach() == 0)
		console_irq_enable(RR_UART_TRANSMIT, 0);
	int error = rr_wait_until(&port_ready, port_empty, rr_clock_monotonic() + LOOK_AGAIN, RR_INTERRUPTIBLE);
	return error == -RR_ERESTARTSYS ? error : 0;
}

static __attribute__((noinline)) int wait_for_writer(void)
{
	return rr_wait_until(&writer_done, !writing, RR_FOREVER, RR_INTERRUPTIBLE);
}

long rr_console_write(const void *bytes, size_t length, bool nonblocking)
{
	const char *from = bytes;
	size_t done = 0;
	int error = 0;
	if (writing)
		error = nonblocking ? -EAGAIN : wait_for_writer();
	if (error)
		return error;
	writing = true;
	while (done < length) {
		size_t count = rr_uart_put(PORT, from + done, length - done);
		done += count;
		if (!count) {
			error = nonblocking ? -EAGAIN : wait_for_port();
			if (error)
				break;
		}
	}
	writing = false;
	rr_wake_one(&writer_done);
	return done ? (long)done : error;
}

bool rr_console_writable(void) { return !writing; }

bool rr_console_idle(void) { return rr_uart_idle(PORT); }

void rr_console_emergency_write(const void *bytes, size_t length)
{
	const char *from = bytes;
	unsigned rounds = 0;
	while (length && rounds < EMERGENCY_ROUNDS) {
		size_t count = rr_uart_put(PORT, from, length);
		from += count;
		length -= count;
		rounds = count ? 0 : rounds + 1;
	}
}
