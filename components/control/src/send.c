#include <rr/clock.h>
#include <rr/console.h>
#include <rr/control.h>
#include <rr/cpu.h>
#include <rr/platform.h>
#include <rr/print.h>
#include <rr/uart.h>
#include <rr/wait.h>

#include "drain.h"

#define PORT RR_UART_COM2
/* How long a sender that cannot sleep waits for the host, in TSC cycles: about a second. */
#define PATIENCE 2000000000ul
/* How often a sender that can sleep looks again; the host is only ever slow when it is stopped or its own output blocks. */
#define LOOK_AGAIN (2 * 1000 * 1000ul)

void rr_control_init(void);
void rr_control_resume(void);

static bool present, panicking;
static bool sending;     /* a frame is on its way */
static size_t frame_left; /* bytes of it still to come */
unsigned control_interrupts;
static struct rr_waitqueue idle = RR_WAITQUEUE_INIT(idle);

bool rr_control_present(void) { return present; }

static void log_line(const char *text, size_t length)
{
	struct rr_control_piece piece = { text, length };
	if (present) {
		rr_control_send(RR_CONTROL_LOG, &piece, 1);
	} else {
		rr_console_emergency_write(text, length);
		rr_console_emergency_write("\n", 1);
	}
}

void rr_control_init(void)
{
	present = rr_uart_present(PORT);
	if (present)
		rr_uart_init(PORT);
	rr_log_set_sink(log_line);
}

void rr_control_resume(void)
{
	rr_control_init();
	if (present)
		rr_uart_enable(PORT, control_interrupts);
}

static bool may_sleep(void) { return !panicking && rr_this_cpu()->irq_depth == 0 && rr_current_thread(); }

/* The port has been full for a while. False: give up. */
static __attribute__((noinline)) bool wait_for_host(uint64_t *since)
{
	if (may_sleep()) {
		rr_sleep_until(rr_clock_monotonic() + LOOK_AGAIN, 0);
		return true;
	}
	if (!*since)
		*since = rr_rdtsc();
	return rr_rdtsc() - *since < PATIENCE;
}

void control_drain(bool (*idle)(void))
{
	uint64_t since = 0;
	while (!idle() && wait_for_host(&since))
		;
}

bool control_idle(void) { return !present || rr_uart_idle(PORT); }

static bool put(const void *bytes, size_t length)
{
	const char *from = bytes;
	uint64_t since = 0;
	while (length) {
		size_t count = rr_uart_put(PORT, from, length);
		from += count;
		length -= count;
		frame_left -= count;
		if (!count && !wait_for_host(&since))
			return false;
	}
	return true;
}

static __attribute__((noinline)) bool wait_for_turn(void)
{
	if (!may_sleep())
		return false;
	rr_wait_until(&idle, !sending, RR_FOREVER, 0);
	return true;
}

bool rr_control_send(uint8_t type, const struct rr_control_piece *pieces, unsigned count)
{
	size_t length = 0;
	for (unsigned i = 0; i < count; i++)
		length += pieces[i].length;
	if (!present || length > UINT16_MAX)
		return false;
	const uint8_t header[4] = { type, 0, length & 0xff, length >> 8 };

	bool sent = true;
	while (sending && sent)
		sent = wait_for_turn();
	if (sent) {
		sending = true;
		frame_left = sizeof(header) + length;
		sent = put(header, sizeof(header));
		for (unsigned i = 0; i < count && sent; i++)
			sent = put(pieces[i].bytes, pieces[i].length);
		/* Half a frame would make nonsense of all that follow: a host that is gone stays gone. */
		present = sent;
		sending = false;
		if (!panicking)
			rr_wake_one(&idle);
	}
	return sent;
}

void rr_control_panic(void)
{
	static const char filling[16];
	panicking = true;
	while (present && sending && frame_left)
		present = put(filling, rr_min(frame_left, sizeof(filling)));
	sending = false;
}
