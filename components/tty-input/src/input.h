/* Shared by reading and settings. */
#pragma once
#include <rr/tty.h>

#include "ldisc.h"

/* The console's input, made when first needed; NULL before. */
extern struct ldisc *tty_ldisc;

/* Make it, and let bytes come. 0 or -errno. Thread context. */
int tty_input_start(void);
/* Read space was made: let the console go on if it waits for it. */
void tty_input_resume(void);
/* As rr_tty_jobs->check; 0 without job control. */
int tty_check(int signal);
/* ioctl of a terminal; -ENOTTY. */
long tty_settings_ioctl(struct rr_file *file, unsigned command, uint64_t argument);
