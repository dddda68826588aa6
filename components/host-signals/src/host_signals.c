#include <rr/abi/signal.h>
#include <rr/control.h>
#include <rr/process.h>
#include <rr/tty.h>

void rr_host_signals_init(void);

#define HIGHEST_SIGNAL 64
#define FIRST_PROCESS 1

/* Interrupt context. A Ctrl-C is for whoever has the terminal, all else for the first program: it is the machine. */
static void on_signal(const uint8_t *payload, size_t length)
{
	int number = length ? payload[0] : 0;
	if (number < 1 || number > HIGHEST_SIGNAL)
		return;
	if (number == SIGINT && rr_signal_group(rr_tty_foreground(), SIGINT))
		return;
	struct rr_process *first = rr_process_find(FIRST_PROCESS);
	if (first)
		rr_signal_process(first, number, NULL);
}

static void on_key(int pgid, int number) { rr_signal_group(pgid, number); }

void rr_host_signals_init(void)
{
	rr_tty_set_signal_hook(on_key);
	rr_control_on(RR_CONTROL_SIGNAL, on_signal);
}
