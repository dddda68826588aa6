// sources: ../src/ldisc.c
// includes: ../../base/include ../../linux-abi/include
/* The line discipline: what a person types, what the program reads and what the screen shows. */
#include "../src/ldisc.h"
#include <assert.h>
#include <rr/abi/signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char screen[65536];
static size_t shown;
static int last_signal;
static struct ldisc *tty;

static void echo(const void *bytes, size_t length)
{
	assert(shown + length < sizeof(screen));
	memcpy(screen + shown, bytes, length);
	screen[shown += length] = 0;
}
static void on_signal(int number) { last_signal = number; }

static void fresh(void)
{
	free(tty);
	tty = calloc(1, sizeof(*tty));
	ldisc_init(tty, &ldisc_terminal, echo, on_signal);
	shown = 0;
	screen[0] = 0;
	last_signal = 0;
}

static void type(const char *text) { ldisc_receive(tty, (const uint8_t *)text, strlen(text)); }

static void expect(const char *text, bool done)
{
	char got[8192];
	bool line_done;
	size_t length = ldisc_read(tty, (uint8_t *)got, sizeof(got), &line_done);
	if (length != strlen(text) || memcmp(got, text, length) || line_done != done) {
		fprintf(stderr, "read \"%.*s\" (%d) instead of \"%s\" (%d)\n", (int)length, got, line_done, text, done);
		abort();
	}
}
static void expect_screen(const char *text)
{
	if (strcmp(screen, text)) {
		fprintf(stderr, "screen \"%s\" instead of \"%s\"\n", screen, text);
		abort();
	}
	shown = 0;
	screen[0] = 0;
}

static void set(uint32_t off, uint32_t on)
{
	struct rr_abi_termios termios = tty->termios;
	termios.lflag = (termios.lflag & ~off) | on;
	ldisc_set(tty, &termios);
}

static void lines(void)
{
	fresh();
	type("hel");
	assert(!ldisc_ready(tty, 1) && ldisc_available(tty) == 0);
	type("lo\rtwo\n");
	assert(ldisc_ready(tty, 1) && ldisc_available(tty) == 10);
	expect("hello\n", true);
	expect("two\n", true);
	assert(!ldisc_ready(tty, 1));
	expect_screen("hello\ntwo\n");
	/* A line is read in parts by a small buffer. */
	type("abcdef\n");
	uint8_t part[4];
	bool done;
	assert(ldisc_read(tty, part, 4, &done) == 4 && !done && ldisc_ready(tty, 1));
	expect("ef\n", true);
}

static void editing(void)
{
	fresh();
	type("ab\177c\n");
	expect("ac\n", true);
	expect_screen("ab\b \bc\n");
	type("one two_3  \027x\n");
	expect("one x\n", true);
	expect_screen("one two_3  \b \b\b \b\b \b\b \b\b \b\b \b\b \bx\n");
	type("gone\025kept\n");
	expect("kept\n", true);
	type("\177\177\025x\n");
	expect("x\n", true);
	shown = 0;
	type("\xc3\xa9\xe2\x82\xac\177\177z\n");
	expect("z\n", true);
	expect_screen("\xc3\xa9\xe2\x82\xac\b \b\b \bz\n");
	type("\026\003\026\177\n");
	expect("\003\177\n", true);
	expect_screen("^\b^C^\b^?\n");
	type("a\001b\177\177c\n");
	expect("ac\n", true);
	expect_screen("a^Ab\b \b\b \b\b \bc\n");
	type("ab\022c\n");
	expect("abc\n", true);
	expect_screen("ab^R\nabc\n");
}

static void tabs(void)
{
	fresh();
	ldisc_wrote(tty, (const uint8_t *)"> ", 2);
	type("a\t\177");
	expect_screen("a\t\b \b\b \b\b \b\b \b\b \b");
	type("\n");
	expect("a\n", true);
}

static void end_of_file(void)
{
	fresh();
	type("\004");
	assert(ldisc_ready(tty, 1) && ldisc_available(tty) == 0);
	expect("", true);
	assert(!ldisc_ready(tty, 1));
	type("part\004");
	uint8_t part[4];
	bool done;
	assert(ldisc_read(tty, part, 4, &done) == 4 && done && !ldisc_ready(tty, 1));
	type("unfinished");
	ldisc_end(tty);
	expect("unfinished", true);
	ldisc_end(tty);
	assert(!ldisc_ready(tty, 1));
}

static void signals(void)
{
	fresh();
	type("typed\003");
	assert(last_signal == SIGINT && !ldisc_ready(tty, 1));
	type("\n");
	expect("\n", true);
	expect_screen("typed^C\n");
	type("\034");
	assert(last_signal == SIGQUIT);
	type("\032");
	assert(last_signal == SIGTSTP);
	last_signal = 0;
	set(0, NOFLSH);
	type("kept\003\n");
	assert(last_signal == SIGINT);
	expect("kept\n", true);
	last_signal = 0;
	set(ISIG, 0);
	type("\003\n");
	assert(!last_signal);
	expect("\003\n", true);
	/* A switched-off key is an ordinary one. */
	set(0, ISIG);
	struct rr_abi_termios termios = tty->termios;
	termios.cc[VINTR] = 0;
	ldisc_set(tty, &termios);
	ldisc_receive(tty, (const uint8_t *)"\0\003\n", 3);
	assert(!last_signal && ldisc_available(tty) == 3);
}

static void silent(void)
{
	fresh();
	set(ECHO, ECHONL);
	type("secret\177\n");
	expect("secre\n", true);
	expect_screen("\n");
}

static void raw(void)
{
	fresh();
	set(ICANON | ECHO | ISIG | IEXTEN, 0);
	type("a\003\177\026");
	assert(ldisc_ready(tty, 4) && !ldisc_ready(tty, 5) && ldisc_available(tty) == 4);
	expect("a\003\177\026", false);
	expect_screen("");
	/* Typed ahead in one mode, read in the other. */
	type("half");
	set(0, ICANON);
	assert(ldisc_ready(tty, 1));
	expect("half", true);
	type("line\nrest");
	set(ICANON, 0);
	expect("line\nrest", false);
	assert(ldisc_available(tty) == 0);
	set(0, ICANON);
	assert(!ldisc_ready(tty, 1));
	type("x\n");
	expect("x\n", true);
}

static void transparent(void)
{
	fresh();
	ldisc_set(tty, &ldisc_transparent);
	uint8_t all[256], got[256];
	bool done;
	for (unsigned i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	ldisc_receive(tty, all, 256);
	assert(ldisc_read(tty, got, 256, &done) == 256 && !memcmp(all, got, 256) && !shown && !last_signal);
}

static void full(void)
{
	fresh();
	for (unsigned i = 0; i < 5000; i++)
		type("x");
	assert(!ldisc_ready(tty, 1) && ldisc_space(tty) == 1);
	type("\n");
	assert(ldisc_available(tty) == LDISC_SIZE && ldisc_space(tty) == 0);
	uint8_t got[LDISC_SIZE];
	bool done;
	assert(ldisc_read(tty, got, sizeof(got), &done) == LDISC_SIZE && done && got[LDISC_SIZE - 1] == '\n' && got[LDISC_SIZE - 2] == 'x');
	assert(ldisc_space(tty) == LDISC_SIZE);
	ldisc_set(tty, &ldisc_transparent);
	for (unsigned i = 0; i < LDISC_SIZE; i++)
		type("y");
	assert(ldisc_space(tty) == 0);
	/* Full when the mode changes: still readable. */
	ldisc_set(tty, &ldisc_terminal);
	assert(ldisc_ready(tty, 1) && ldisc_space(tty) == 0);
	ldisc_set(tty, &ldisc_transparent);
	assert(ldisc_read(tty, got, sizeof(got), &done) == LDISC_SIZE && ldisc_space(tty) == LDISC_SIZE);
}

/* Anything typed, read and switched, against the invariants. */
static void random_use(void)
{
	static const uint8_t keys[] = "abc \t\n\r\003\004\010\021\022\023\025\026\027\032\034\177\xc3\xa9\xe2";
	srand(3);
	fresh();
	for (unsigned i = 0; i < 400000; i++) {
		uint8_t bytes[64];
		bool done;
		size_t count = (size_t)rand() % sizeof(bytes);
		if (i % 64 == 0 && rand() % 4 == 0) {
			struct rr_abi_termios termios = ldisc_terminal;
			termios.lflag = (uint32_t)rand() & 0x8fff;
			termios.iflag = (uint32_t)rand() & 0x7fff;
			termios.cc[rand() % 19] = (uint8_t)rand();
			ldisc_set(tty, &termios);
		}
		count = rr_min(count, ldisc_space(tty));
		for (size_t k = 0; k < count; k++)
			bytes[k] = rand() % 8 ? keys[(size_t)rand() % (sizeof(keys) - 1)] : (uint8_t)rand();
		ldisc_receive(tty, bytes, count);
		size_t available = ldisc_available(tty);
		assert(available <= LDISC_SIZE);
		if (rand() % 3 == 0)
			assert(ldisc_read(tty, bytes, (size_t)rand() % sizeof(bytes), &done) <= available);
		if (rand() % 1000 == 0)
			ldisc_end(tty);
		assert(tty->head - tty->tail <= LDISC_SIZE && tty->head - tty->canon <= tty->head - tty->tail);
		shown = 0;
	}
}

int main(void)
{
	lines();
	editing();
	tabs();
	end_of_file();
	signals();
	silent();
	raw();
	transparent();
	full();
	random_use();
	free(tty);
	puts("ok");
	return 0;
}
