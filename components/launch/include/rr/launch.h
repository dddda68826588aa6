/* What the launcher and the image's defaults ask for: docs/interfaces.md section 7. Valid once components are initialised; never changes. */
#pragma once
#include <rr/types.h>

#define RR_LAUNCH_TTY_STDIN 1u
#define RR_LAUNCH_TTY_STDOUT 2u
#define RR_LAUNCH_TTY_STDERR 4u
#define RR_LAUNCH_STDIN_EMPTY 8u

/* A list of C strings on the heap. */
struct rr_launch_list {
	const char **items;
	unsigned count, room;
};

struct rr_launch {
	const char *argv0;           /* NULL: the program's own name */
	struct rr_launch_list args;  /* behind argv[0] */
	struct rr_launch_list env;   /* "NAME=value", each name once */
	const char *hostname;        /* NULL: not given */
	const char *cwd;             /* NULL: not given */
	uint64_t tty;                /* RR_LAUNCH_TTY_*; terminals unless something else is said */
	uint16_t rows, cols;         /* 0: not known */
	bool split;                  /* standard error goes over the control channel */
	bool timeline, strace;
	const char *trace;           /* which calls strace is about and what of them is sent; NULL: all, without what they point to */
	uint64_t time;               /* ns since the epoch when the machine was started; 0: not given */
};

extern struct rr_launch rr_launch;

/*
 * The list of strings that `key` has in the launcher's document, else in the image's defaults, read from the text again: for keys that few images look at. False: there is no
 * such key, or it is malformed, which is reported on the log. The list is the caller's.
 */
bool rr_launch_strings(const char *key, struct rr_launch_list *out);
