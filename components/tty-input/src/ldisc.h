/*
 * The line discipline: what comes from the keyboard becomes lines (canonical mode), single bytes (raw mode), echo and signals, as termios(3)
 * says. Pure: a state machine. The owner serialises all calls.
 */
#pragma once
#include <rr/abi/termios.h>
#include <rr/types.h>

/* The longest line is one byte shorter: its end needs a place. */
#define LDISC_SIZE 4096u

struct ldisc {
	struct rr_abi_termios termios;
	void (*echo)(const void *bytes, size_t length);
	void (*signal)(int signal);
	/* Counters that only grow; [tail, canon) are complete lines, [canon, head) is being edited. Taken modulo LDISC_SIZE. */
	uint32_t head, canon, tail;
	unsigned lines;              /* ends in [tail, canon) */
	unsigned column;             /* of the cursor, as far as can be known */
	unsigned line_column;        /* where the line being edited began */
	bool literal_next;           /* ^V was typed */
	uint8_t bytes[LDISC_SIZE];
	uint8_t ends[LDISC_SIZE / 8]; /* bit set: a line ends with this byte; a zero byte stands for end of file */
};

/* Terminal settings as after boot of Linux, but without ^S/^Q. */
extern const struct rr_abi_termios ldisc_terminal;
/* Bytes pass as they are. */
extern const struct rr_abi_termios ldisc_transparent;

/* `ldisc` is zeroed. */
void ldisc_init(struct ldisc *ldisc, const struct rr_abi_termios *termios, void (*echo)(const void *bytes, size_t length), void (*signal)(int signal));
void ldisc_set(struct ldisc *ldisc, const struct rr_abi_termios *termios);
/* How many bytes ldisc_receive() may be given now. */
size_t ldisc_space(const struct ldisc *ldisc);
void ldisc_receive(struct ldisc *ldisc, const uint8_t *bytes, size_t count);
/* The program wrote this: keeps track of the cursor. */
void ldisc_wrote(struct ldisc *ldisc, const uint8_t *bytes, size_t count);

/* Bytes that can be read; in canonical mode those of complete lines. */
size_t ldisc_available(const struct ldisc *ldisc);
/* In canonical mode there is a line (maybe an empty one: end of file); else at least `least` bytes. */
bool ldisc_ready(const struct ldisc *ldisc, size_t least);
/* Take up to `length` bytes, in canonical mode of one line. *line_done: its end was taken. */
size_t ldisc_read(struct ldisc *ldisc, uint8_t *to, size_t length, bool *line_done);
/* No more input will come: what is being edited counts as a line. */
void ldisc_end(struct ldisc *ldisc);
void ldisc_flush(struct ldisc *ldisc);
