/*
 * The console as files. Where the launcher says that descriptor 0, 1 or 2 is a terminal its file is one, all sharing one terminal;
 * else it is a plain pipe: bytes only. This component writes; what reads (line discipline, terminal settings, end of input) is the component
 * tty-input, which is in an image only when the program can read or wait for input. Thread context unless said otherwise.
 */
#pragma once
#include <rr/vfs.h>
#include <rr/abi/ioctl.h>

/*
 * Who sends signals for keys (^C ^\ ^Z) and for a changed window: called with the terminal's foreground process group, in interrupt
 * context. Set by the process component.
 */
void rr_tty_set_signal_hook(void (*hook)(int pgid, int signal));
/* The foreground process group; 1, the first program's, until TIOCSPGRP. Any context. */
int rr_tty_foreground(void);

/* For tty-input. */

struct rr_tty_input {
	long (*read)(struct rr_file *file, struct rr_uio *uio);
	/* POLLIN and POLLHUP as they are now. */
	unsigned (*poll)(struct rr_file *file, struct rr_poll_table *table);
	/* Commands rr_tty does not know itself; -ENOTTY. */
	long (*ioctl)(struct rr_file *file, unsigned command, uint64_t argument);
	/* A program is about to write this to the terminal: 0, or why it must not. */
	int (*write)(const void *bytes, size_t count);
	/* As struct rr_console_reader. */
	size_t (*space)(void);
	void (*receive)(const uint8_t *bytes, size_t count);
};

extern const struct rr_tty_input *rr_tty_input; /* NULL: nobody reads */
extern struct rr_abi_winsize rr_tty_window;
extern int rr_tty_foreground_group; /* 0: none */
extern int rr_tty_session;          /* whose controlling terminal it is; 0: none */

/* Job control; without it there is one session and one process group. Thread context. */
struct rr_tty_jobs {
	/* The running process wants to read from the terminal (SIGTTIN) or to change it (SIGTTOU): 0; -EIO; -RR_ERESTARTSYS when its group was stopped. */
	int (*check)(int signal);
	/* The terminal is the running process's controlling terminal. */
	bool (*has_terminal)(void);
	/* TIOCGPGRP, TIOCSPGRP, TIOCGSID, TIOCSCTTY, TIOCNOTTY; -ENOTTY. */
	long (*ioctl)(unsigned command, uint64_t argument);
};
extern const struct rr_tty_jobs *rr_tty_jobs; /* NULL: none */

/* 0, 1 or 2. */
unsigned rr_tty_which(const struct rr_file *file);
/* Is the file the terminal? */
bool rr_tty_is_terminal(const struct rr_file *file);
/* Start taking console input; once is enough. 0 or -errno of the console. */
int rr_tty_start_input(void);
/* Signal for the foreground group. Any context. */
void rr_tty_signal(int signal);
