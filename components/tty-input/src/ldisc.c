#include "ldisc.h"

#include <rr/abi/signal.h>

#define CTRL(letter) ((letter) & 0x1f)
#define DELETE 0x7f
#define BELL 7
#define TAB_STOP 8

const struct rr_abi_termios ldisc_terminal = {
	.iflag = ICRNL | IUTF8,
	.oflag = OPOST | ONLCR,
	.cflag = B38400 | CS8 | CREAD | HUPCL,
	.lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
	.cc = { [VINTR] = CTRL('C'), [VQUIT] = CTRL('\\'), [VERASE] = DELETE, [VKILL] = CTRL('U'), [VEOF] = CTRL('D'), [VMIN] = 1,
	        [VSTART] = CTRL('Q'), [VSTOP] = CTRL('S'), [VSUSP] = CTRL('Z'), [VREPRINT] = CTRL('R'), [VDISCARD] = CTRL('O'),
	        [VWERASE] = CTRL('W'), [VLNEXT] = CTRL('V') },
};
const struct rr_abi_termios ldisc_transparent = { .cc = { [VMIN] = 1 } };

static bool mode(const struct ldisc *ldisc, uint32_t bit) { return ldisc->termios.lflag & bit; }
/* Zero switches a special character off. */
static bool special(const struct ldisc *ldisc, unsigned which, uint8_t c) { return c && ldisc->termios.cc[which] == c; }
static bool control(uint8_t c) { return c < 0x20 || c == DELETE; }
static bool continuation(const struct ldisc *ldisc, uint8_t c) { return (ldisc->termios.iflag & IUTF8) && (c & 0xc0) == 0x80; }

/* The ring. */

static uint32_t used(const struct ldisc *ldisc) { return ldisc->head - ldisc->tail; }
static uint8_t *at(struct ldisc *ldisc, uint32_t index) { return &ldisc->bytes[index % LDISC_SIZE]; }
static bool is_end(const struct ldisc *ldisc, uint32_t index) { return ldisc->ends[index % LDISC_SIZE / 8] >> index % 8 & 1; }

static void append(struct ldisc *ldisc, uint8_t c, bool end)
{
	if (used(ldisc) == LDISC_SIZE)
		return;
	uint8_t *ends = &ldisc->ends[ldisc->head % LDISC_SIZE / 8], bit = 1u << ldisc->head % 8;
	*ends = end ? *ends | bit : *ends & ~bit;
	*at(ldisc, ldisc->head++) = c;
	if (end) {
		ldisc->canon = ldisc->head;
		ldisc->lines++;
	}
}

/* Echo. */

void ldisc_wrote(struct ldisc *ldisc, const uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] == '\n' || bytes[i] == '\r')
			ldisc->column = 0;
		else if (bytes[i] == '\b')
			ldisc->column -= ldisc->column > 0;
		else if (bytes[i] == '\t')
			ldisc->column = (ldisc->column / TAB_STOP + 1) * TAB_STOP;
		else if (!control(bytes[i]) && !continuation(ldisc, bytes[i]))
			ldisc->column++;
	}
}

static void put(struct ldisc *ldisc, const char *text, size_t length)
{
	ldisc->echo(text, length);
	ldisc_wrote(ldisc, (const uint8_t *)text, length);
}

static void echo(struct ldisc *ldisc, uint8_t c)
{
	char text[2] = { (char)c };
	size_t length = 1;
	if (control(c) && c != '\t' && c != '\n' && mode(ldisc, ECHOCTL)) {
		text[0] = '^';
		text[1] = (char)(c ^ 0x40);
		length = 2;
	}
	if (mode(ldisc, ECHO))
		put(ldisc, text, length);
}

/* Columns the byte at `index` of the line being edited takes on the screen. */
static unsigned width(struct ldisc *ldisc, uint32_t index)
{
	uint8_t c = *at(ldisc, index);
	if (c != '\t')
		return continuation(ldisc, c) ? 0 : !control(c) ? 1 : mode(ldisc, ECHOCTL) ? 2 : 0;
	unsigned column = ldisc->line_column;
	for (uint32_t i = ldisc->canon; i != index; i++)
		column += *at(ldisc, i) == '\t' ? TAB_STOP - column % TAB_STOP : width(ldisc, i);
	return TAB_STOP - column % TAB_STOP;
}

/* Editing. */

static void erase_byte(struct ldisc *ldisc, bool visibly)
{
	unsigned columns = width(ldisc, --ldisc->head);
	while (visibly && columns--)
		put(ldisc, "\b \b", 3);
}

static void erase_character(struct ldisc *ldisc, bool visibly)
{
	while (ldisc->head != ldisc->canon && continuation(ldisc, *at(ldisc, ldisc->head - 1)))
		erase_byte(ldisc, visibly);
	if (ldisc->head != ldisc->canon)
		erase_byte(ldisc, visibly);
}

static bool in_word(uint8_t c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c >= 0x80; }

static void erase_word(struct ldisc *ldisc, bool visibly)
{
	bool seen = false;
	while (ldisc->head != ldisc->canon) {
		bool word = in_word(*at(ldisc, ldisc->head - 1));
		if (seen && !word)
			break;
		seen |= word;
		erase_character(ldisc, visibly);
	}
}

static void kill_line(struct ldisc *ldisc, uint8_t c)
{
	bool visibly = mode(ldisc, ECHO) && mode(ldisc, ECHOE) && mode(ldisc, ECHOK) && mode(ldisc, ECHOKE);
	while (ldisc->head != ldisc->canon)
		erase_character(ldisc, visibly);
	if (visibly)
		return;
	echo(ldisc, c);
	if (mode(ldisc, ECHO) && mode(ldisc, ECHOK))
		put(ldisc, "\n", 1);
}

static void reprint(struct ldisc *ldisc, uint8_t c)
{
	echo(ldisc, c);
	put(ldisc, "\n", 1);
	ldisc->line_column = 0;
	for (uint32_t i = ldisc->canon; i != ldisc->head; i++)
		echo(ldisc, *at(ldisc, i));
}

/* True when the character edits the line, and is not part of it. */
static bool edit(struct ldisc *ldisc, uint8_t c)
{
	bool visibly = mode(ldisc, ECHO) && mode(ldisc, ECHOE), extended = mode(ldisc, IEXTEN);
	if (special(ldisc, VKILL, c)) {
		kill_line(ldisc, c);
	} else if (special(ldisc, VERASE, c) || (extended && special(ldisc, VWERASE, c))) {
		if (!visibly && ldisc->head != ldisc->canon)
			echo(ldisc, c);
		if (special(ldisc, VERASE, c))
			erase_character(ldisc, visibly);
		else
			erase_word(ldisc, visibly);
	} else if (extended && special(ldisc, VLNEXT, c)) {
		ldisc->literal_next = true;
		if (mode(ldisc, ECHO) && mode(ldisc, ECHOCTL))
			put(ldisc, "^\b", 2);
	} else if (extended && mode(ldisc, ECHO) && special(ldisc, VREPRINT, c)) {
		reprint(ldisc, c);
	} else {
		return false;
	}
	return true;
}

static bool sends_signal(struct ldisc *ldisc, uint8_t c)
{
	static const struct {
		uint8_t which, signal;
	} keys[] = { { VINTR, SIGINT }, { VQUIT, SIGQUIT }, { VSUSP, SIGTSTP } };
	for (unsigned i = 0; i < RR_ARRAY_SIZE(keys); i++)
		if (special(ldisc, keys[i].which, c)) {
			if (!mode(ldisc, NOFLSH))
				ldisc_flush(ldisc);
			echo(ldisc, c);
			ldisc->signal(keys[i].signal);
			return true;
		}
	return false;
}

/* An ordinary character. Of a line without end that fills the buffer the rest is lost, as on Linux. */
static void insert(struct ldisc *ldisc, uint8_t c)
{
	if (used(ldisc) >= LDISC_SIZE - mode(ldisc, ICANON)) {
		if (ldisc->termios.iflag & IMAXBEL)
			put(ldisc, (char[]){ BELL }, 1);
		return;
	}
	if (ldisc->head == ldisc->canon)
		ldisc->line_column = ldisc->column;
	echo(ldisc, c);
	append(ldisc, c, false);
}

static bool ends_line(struct ldisc *ldisc, uint8_t c)
{
	bool end_of_file = special(ldisc, VEOF, c);
	if (c != '\n' && !end_of_file && !special(ldisc, VEOL, c) && !(mode(ldisc, IEXTEN) && special(ldisc, VEOL2, c)))
		return false;
	if (c == '\n' && mode(ldisc, ECHONL) && !mode(ldisc, ECHO))
		put(ldisc, "\n", 1);
	else if (!end_of_file)
		echo(ldisc, c);
	append(ldisc, end_of_file ? 0 : c, true);
	return true;
}

static void receive(struct ldisc *ldisc, uint8_t c)
{
	uint32_t input = ldisc->termios.iflag;
	if (input & ISTRIP)
		c &= 0x7f;
	if (ldisc->literal_next) {
		ldisc->literal_next = false;
		insert(ldisc, c);
		return;
	}
	if (mode(ldisc, ISIG) && sends_signal(ldisc, c))
		return;
	if (c == '\r' && (input & IGNCR))
		return;
	if (c == '\r' && (input & ICRNL))
		c = '\n';
	else if (c == '\n' && (input & INLCR))
		c = '\r';
	if (mode(ldisc, ICANON) && (edit(ldisc, c) || ends_line(ldisc, c)))
		return;
	insert(ldisc, c);
}

void ldisc_receive(struct ldisc *ldisc, const uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		receive(ldisc, bytes[i]);
}

size_t ldisc_space(const struct ldisc *ldisc)
{
	size_t space = LDISC_SIZE - used(ldisc);
	if (!mode(ldisc, ICANON))
		return space;
	/* The last place is for a line's end. A line too long is cut, not waited for: only its end makes it readable. */
	return ldisc->lines ? space - (space > 0) : rr_max(space, (size_t)1);
}

/* Reading. */

size_t ldisc_available(const struct ldisc *ldisc)
{
	if (!mode(ldisc, ICANON))
		return used(ldisc);
	size_t count = ldisc->canon - ldisc->tail;
	for (uint32_t i = ldisc->tail; i != ldisc->canon; i++)
		count -= is_end(ldisc, i) && ldisc->bytes[i % LDISC_SIZE] == 0;
	return count;
}

bool ldisc_ready(const struct ldisc *ldisc, size_t least) { return mode(ldisc, ICANON) ? ldisc->lines > 0 : used(ldisc) >= least; }

size_t ldisc_read(struct ldisc *ldisc, uint8_t *to, size_t length, bool *line_done)
{
	bool canonical = mode(ldisc, ICANON);
	uint32_t limit = canonical ? ldisc->canon : ldisc->head;
	size_t count = 0;
	*line_done = false;
	while (ldisc->tail != limit && !*line_done) {
		uint8_t c = *at(ldisc, ldisc->tail);
		bool end = is_end(ldisc, ldisc->tail);
		/* An end of file right behind a full buffer's worth is taken with it, or the next read would see end of file. */
		if (count == length && !(end && c == 0 && count))
			break;
		ldisc->tail++;
		ldisc->lines -= end && ldisc->lines;
		*line_done = canonical && end;
		if (!(end && c == 0))
			to[count++] = c;
	}
	if ((int32_t)(ldisc->tail - ldisc->canon) > 0)
		ldisc->canon = ldisc->tail;
	return count;
}

void ldisc_end(struct ldisc *ldisc)
{
	if (mode(ldisc, ICANON) && ldisc->head != ldisc->canon)
		append(ldisc, 0, true);
}

void ldisc_flush(struct ldisc *ldisc)
{
	ldisc->tail = ldisc->canon = ldisc->head;
	ldisc->lines = 0;
	ldisc->literal_next = false;
}

/* Switching. */

void ldisc_set(struct ldisc *ldisc, const struct rr_abi_termios *termios)
{
	bool was_canonical = mode(ldisc, ICANON);
	ldisc->termios = *termios;
	ldisc->literal_next = false;
	if (was_canonical || !mode(ldisc, ICANON))
		return;
	/* What was typed in raw mode can be read at once, as on Linux: its last byte counts as a line's end. */
	for (uint32_t i = ldisc->tail; i != ldisc->head; i++)
		ldisc->ends[i % LDISC_SIZE / 8] &= ~(1u << i % 8);
	ldisc->canon = ldisc->head;
	ldisc->lines = ldisc->head != ldisc->tail;
	if (ldisc->lines)
		ldisc->ends[(ldisc->head - 1) % LDISC_SIZE / 8] |= 1u << (ldisc->head - 1) % 8;
}

void ldisc_init(struct ldisc *ldisc, const struct rr_abi_termios *termios, void (*echo_to)(const void *bytes, size_t length), void (*signal)(int signal))
{
	ldisc->termios = *termios;
	ldisc->echo = echo_to;
	ldisc->signal = signal;
}
