/* Input as far as a program needs it that never reads: keys that send signals. */
#include <rr/tty.h>

#include <rr/abi/errno.h>
#include <rr/abi/signal.h>
#include <rr/console.h>

#define CTRL(letter) ((letter) & 0x1f)

int rr_tty_foreground_group = 1;
int rr_tty_session = 1;
const struct rr_tty_jobs *rr_tty_jobs;
static void (*signal_hook)(int pgid, int signal);

void rr_tty_set_signal_hook(void (*hook)(int pgid, int signal)) { signal_hook = hook; }
int rr_tty_foreground(void) { return rr_tty_foreground_group; }

void rr_tty_signal(int signal)
{
	if (signal_hook && rr_tty_foreground_group)
		signal_hook(rr_tty_foreground_group, signal);
}

static size_t space(void) { return rr_tty_input ? rr_tty_input->space() : SIZE_MAX; }

static void receive(const uint8_t *bytes, size_t count)
{
	if (rr_tty_input) {
		rr_tty_input->receive(bytes, count);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] == CTRL('C'))
			rr_tty_signal(SIGINT);
		else if (bytes[i] == CTRL('\\'))
			rr_tty_signal(SIGQUIT);
	}
}

int rr_tty_start_input(void)
{
	static const struct rr_console_reader reader = { space, receive };
	int error = rr_console_read_start(&reader);
	return error == -EBUSY ? 0 : error;
}
