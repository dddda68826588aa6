/* Terminal settings: ioctl_tty(2). */
#include "input.h"

#include <rr/abi/errno.h>
#include <rr/abi/signal.h>
#include <rr/string.h>

#define TCSBRKP 0x5425u
/* Said to programs that ask for the speed of a line that has none. */
#define SPEED 38400

static long get(uint64_t argument, bool with_speeds)
{
	struct rr_abi_termios2 settings = { tty_ldisc->termios, SPEED, SPEED };
	return rr_copy_to_user(argument, &settings, with_speeds ? sizeof(settings) : sizeof(settings.termios));
}

static long set(uint64_t argument, bool flush)
{
	struct rr_abi_termios settings;
	int error = tty_check(SIGTTOU);
	if (error)
		return error;
	if (rr_get_user(settings, argument))
		return -EFAULT;
	if (flush)
		ldisc_flush(tty_ldisc);
	ldisc_set(tty_ldisc, &settings);
	tty_input_resume();
	return 0;
}

static long flush(uint64_t queue)
{
	int error = tty_check(SIGTTOU);
	if (error || queue > TCIOFLUSH)
		return error ? error : -EINVAL;
	if (queue != TCOFLUSH) {
		ldisc_flush(tty_ldisc);
		tty_input_resume();
	}
	return 0;
}

static long set_window(uint64_t argument)
{
	struct rr_abi_winsize window;
	if (rr_get_user(window, argument))
		return -EFAULT;
	bool changed = memcmp(&window, &rr_tty_window, sizeof(window)) != 0;
	rr_tty_window = window;
	if (changed)
		rr_tty_signal(SIGWINCH);
	return 0;
}

static long put_number(int32_t number, uint64_t argument) { return rr_put_user(number, argument); }

/* There is one session with one process group, and its terminal is this one. */
static long without_jobs(unsigned command, uint64_t argument)
{
	int32_t group;
	if (command == TIOCGPGRP || command == TIOCGSID)
		return put_number(rr_tty_session, argument);
	if (command != TIOCSPGRP)
		return 0;
	if (rr_get_user(group, argument))
		return -EFAULT;
	if (group < 0)
		return -EINVAL;
	return group == rr_tty_session ? 0 : -ESRCH;
}

long tty_settings_ioctl(struct rr_file *file, unsigned command, uint64_t argument)
{
	(void)file;
	switch (command) {
	case TCGETS:
	case TCGETS2: return get(argument, command == TCGETS2);
	/* Output never waits in the libOS, so nothing has to drain. */
	case TCSETS:
	case TCSETSW:
	case TCSETS2:
	case TCSETSW2: return set(argument, false);
	case TCSETSF:
	case TCSETSF2: return set(argument, true);
	case TCFLSH: return flush(argument);
	case TIOCSWINSZ: return set_window(argument);
	case TIOCGPGRP:
	case TIOCSPGRP:
	case TIOCGSID:
	case TIOCSCTTY:
	case TIOCNOTTY: return rr_tty_jobs ? rr_tty_jobs->ioctl(command, argument) : without_jobs(command, argument);
	case TIOCOUTQ: return put_number(0, argument);
	case TIOCEXCL:
	case TIOCNXCL: return 0;
	case TCSBRK:
	case TCSBRKP:
	case TCXONC: return tty_check(SIGTTOU);
	default: return -ENOTTY;
	}
}
