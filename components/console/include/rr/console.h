/* The machine's console: a stream of bytes out and one in. Implemented by one driver per platform; nothing above knows which. */
#pragma once
#include <rr/types.h>

/*
 * Write bytes as they are. Thread context; waits while the other side takes nothing. The number written: less than `length` only when a
 * signal came or, if `nonblocking`, the console was full; -RR_ERESTARTSYS or -EAGAIN when that was before the first byte.
 */
long rr_console_write(const void *bytes, size_t length, bool nonblocking);

/* The console takes bytes now (for poll). Any context. */
bool rr_console_writable(void);

/* Everything written has left the machine. Any context. */
bool rr_console_idle(void);

/* As much as can be got out in a bounded time, for panics, logs and echo. Any context. */
void rr_console_emergency_write(const void *bytes, size_t length);

/* Who takes the input. Both are called in interrupt or thread context. */
struct rr_console_reader {
	/* Bytes that may be given to receive() now. */
	size_t (*space)(void);
	/* `count` is at least 1 and at most what space() said. */
	void (*receive)(const uint8_t *bytes, size_t count);
};

/* Start input, once; until then what arrives stays in the device. Thread context. 0, -EBUSY, -ENODEV. */
int rr_console_read_start(const struct rr_console_reader *reader);

/* There is space again after there was none. Any context. */
void rr_console_read_resume(void);
