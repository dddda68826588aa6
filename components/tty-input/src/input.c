#include "input.h"

#include <rr/abi/errno.h>
#include <rr/abi/fcntl.h>
#include <rr/abi/poll.h>
#include <rr/abi/signal.h>
#include <rr/console.h>
#include <rr/control.h>
#include <rr/heap.h>
#include <rr/idle.h>
#include <rr/launch.h>
#include <rr/string.h>

void rr_tty_input_init(void);

/* Bytes moved at a time: they go through the libOS's stack. */
#define CHUNK 256
/* VTIME counts tenths of a second. */
#define VTIME_UNIT (RR_NSEC_PER_SEC / 10)

struct ldisc *tty_ldisc;
static struct rr_waitqueue readers = RR_WAITQUEUE_INIT(readers);
static uint64_t received;              /* bytes from the console so far */
static uint64_t expected = UINT64_MAX; /* bytes that come in all, once the launcher has said it */
static bool throttled;

/* Interrupt context. */

static void echo(const void *bytes, size_t length) { rr_console_emergency_write(bytes, length); }

static bool ended(void) { return received >= expected; }

static void check_end(void)
{
	if (tty_ldisc && ended())
		ldisc_end(tty_ldisc);
	rr_wake_all(&readers);
}

static size_t space(void)
{
	size_t count = tty_ldisc ? ldisc_space(tty_ldisc) : 0;
	throttled = count == 0;
	return count;
}

static void receive(const uint8_t *bytes, size_t count)
{
	received += count;
	ldisc_receive(tty_ldisc, bytes, count);
	check_end();
}

static void on_input_end(const uint8_t *payload, size_t length)
{
	if (length < sizeof(expected))
		return;
	memcpy(&expected, payload, sizeof(expected));
	check_end();
}

static void on_window(const uint8_t *payload, size_t length)
{
	uint16_t size[2];
	if (length < sizeof(size))
		return;
	memcpy(size, payload, sizeof(size));
	bool changed = size[0] != rr_tty_window.rows || size[1] != rr_tty_window.columns;
	rr_tty_window.rows = size[0];
	rr_tty_window.columns = size[1];
	if (changed)
		rr_tty_signal(SIGWINCH);
}

/* Thread context. */

static bool could_wake(void) { return !rr_list_empty(&readers.waiters); }

int tty_input_start(void)
{
	static struct rr_wake_source console = { .could_wake = could_wake };
	if (tty_ldisc)
		return 0;
	rr_wake_source_add(&console);
	struct ldisc *ldisc = rr_zalloc(1, sizeof(*ldisc));
	if (!ldisc)
		return -ENOMEM;
	bool terminal = rr_launch.tty & RR_LAUNCH_TTY_STDIN;
	ldisc_init(ldisc, terminal ? &ldisc_terminal : &ldisc_transparent, echo, rr_tty_signal);
	tty_ldisc = ldisc;
	int error = rr_tty_start_input();
	if (error) {
		tty_ldisc = NULL;
		rr_free(ldisc);
		return error;
	}
	rr_console_read_resume();
	return 0;
}

void tty_input_resume(void)
{
	if (throttled)
		rr_console_read_resume();
}

int tty_check(int signal) { return rr_tty_jobs ? rr_tty_jobs->check(signal) : 0; }

static bool canonical(void) { return tty_ldisc->termios.lflag & ICANON; }

/*
 * Wait until a read may take something: 0; -EAGAIN when the file doesn't wait, -ETIMEDOUT when VTIME is over, -RR_ERESTARTSYS. `taken`: bytes
 * the read has already.
 */
static int wait_for_input(const struct rr_file *file, size_t wanted, size_t taken)
{
	const uint8_t *cc = tty_ldisc->termios.cc;
	size_t minimum = cc[VMIN], least = rr_max(rr_min(minimum, wanted + taken), taken + 1) - taken;
	uint64_t deadline = RR_FOREVER;
	/* With VTIME each byte restarts the clock; with VMIN it only starts with the first. */
	if (!canonical() && cc[VTIME]) {
		if (!minimum || taken)
			deadline = rr_clock_monotonic() + cc[VTIME] * VTIME_UNIT;
		least = 1;
	} else if (!canonical() && !minimum) {
		deadline = 0;
	}
	if (ldisc_ready(tty_ldisc, least) || ended())
		return 0;
	if (file->flags & O_NONBLOCK)
		return ldisc_ready(tty_ldisc, 1) ? 0 : -EAGAIN;
	return deadline ? rr_wait_until(&readers, ldisc_ready(tty_ldisc, least) || ended(), deadline, RR_INTERRUPTIBLE) : -ETIMEDOUT;
}

/* Is a raw read with `taken` bytes satisfied? */
static bool enough(size_t taken) { return taken >= tty_ldisc->termios.cc[VMIN]; }

static long read_input(struct rr_file *file, struct rr_uio *uio)
{
	uint8_t chunk[CHUNK];
	size_t done = 0;
	bool line_done = false;
	int error = tty_input_start();
	if (!error && rr_tty_is_terminal(file))
		error = tty_check(SIGTTIN);
	while (!error && uio->remaining && !line_done) {
		if ((error = wait_for_input(file, uio->remaining, done)))
			break;
		size_t count = ldisc_read(tty_ldisc, chunk, rr_min(uio->remaining, sizeof(chunk)), &line_done);
		tty_input_resume();
		if (rr_uio_write(uio, chunk, count))
			error = -EFAULT;
		else
			done += count;
		bool more = ldisc_available(tty_ldisc) > 0;
		if (!count && (line_done || ended()))
			break;
		if (canonical() ? !more : !more && (enough(done) || ended()))
			break;
	}
	return done || error == -ETIMEDOUT ? (long)done : error;
}

static unsigned poll_input(struct rr_file *file, struct rr_poll_table *table)
{
	(void)file;
	if (tty_input_start())
		return POLLERR;
	if (table && table->add)
		table->add(table, &readers);
	const uint8_t *cc = tty_ldisc->termios.cc;
	size_t least = !canonical() && !cc[VTIME] && cc[VMIN] ? cc[VMIN] : 1;
	unsigned ready = ldisc_ready(tty_ldisc, least) ? POLLIN | POLLRDNORM : 0;
	if (ended())
		ready |= ldisc_available(tty_ldisc) ? POLLHUP : POLLHUP | POLLIN | POLLRDNORM;
	return ready;
}

static long input_ioctl(struct rr_file *file, unsigned command, uint64_t argument)
{
	int error = tty_input_start();
	if (error)
		return error;
	if (command == FIONREAD) {
		int32_t available = ldisc_available(tty_ldisc);
		return rr_put_user(available, argument);
	}
	return rr_tty_is_terminal(file) ? tty_settings_ioctl(file, command, argument) : -ENOTTY;
}

static int before_write(const void *bytes, size_t count)
{
	if (!tty_ldisc)
		return 0;
	int error = tty_ldisc->termios.lflag & TOSTOP ? tty_check(SIGTTOU) : 0;
	if (error)
		return error;
	ldisc_wrote(tty_ldisc, bytes, count);
	return 0;
}

void rr_tty_input_init(void)
{
	static const struct rr_tty_input input = {
		.read = read_input, .poll = poll_input, .ioctl = input_ioctl, .write = before_write, .space = space, .receive = receive,
	};
	rr_tty_input = &input;
	/* Now, not with the first read: they may come before it. Without the channel input has no end and the window keeps its size. */
	rr_control_on(RR_CONTROL_INPUT_END, on_input_end);
	rr_control_on(RR_CONTROL_WINDOW, on_window);
	/* Of a terminal keys are taken from the start: they may be signals, and what is typed ahead is echoed. */
	if (rr_launch.tty & RR_LAUNCH_TTY_STDIN)
		tty_input_start();
}
