#include <rr/launch.h>

#include <rr/clock.h>
#include <rr/image.h>
#include <rr/page.h>
#include <rr/platform.h>
#include <rr/print.h>
#include <rr/string.h>

#include "document.h"
#include "word.h"

void rr_launch_init(void);
void rr_launch_resume(void);

#define WORD_SPLIT 16u
#define WORD_TIMELINE 32u
#define WORD_STRACE 64u

struct rr_launch rr_launch = { .tty = RR_LAUNCH_TTY_STDIN | RR_LAUNCH_TTY_STDOUT | RR_LAUNCH_TTY_STDERR };

static bool apply(const char *text, size_t length, bool more_behind, const char *what)
{
	const char *error;
	size_t at;
	bool read = launch_read(&rr_launch, text, length, more_behind, &error, &at);
	if (!read)
		rr_log("%s is ignored: %s was expected at byte %zu", what, error, at);
	return read;
}

/* What the launcher doesn't call a terminal is none; without a launcher the console is one (QEMU's own terminal, a serial line). */
static void apply_launchers(const char *text, size_t length, bool more_behind, const char *what)
{
	uint64_t terminals = rr_launch.tty;
	rr_launch.tty = 0;
	if (!apply(text, length, more_behind, what))
		rr_launch.tty = terminals;
}

const char *word_hex(const char *text, uint64_t *value)
{
	for (*value = 0;; text++) {
		unsigned digit = (unsigned char)*text - '0';
		if (digit > 9) {
			digit = (unsigned char)*text - 'a' + 10;
			if (digit < 10 || digit > 15)
				return text;
		}
		*value = *value << 4 | digit;
	}
}

/* "FLAGS,TIME", hexadecimal: what nearly every launch says, without a parser's cost. A missing time is none. */
static void apply_word(const char *text)
{
	uint64_t flags;
	text = word_hex(text, &flags);
	rr_launch.tty = flags & 15;
	rr_launch.split = flags & WORD_SPLIT;
	rr_launch.timeline = flags & WORD_TIMELINE;
	rr_launch.strace = flags & WORD_STRACE;
	if (*text == ',')
		word_hex(text + 1, &rr_launch.time);
}

void rr_launch_init(void)
{
	const struct rr_image_table *image = rr_image_table();
	if (image && image->defaults_size)
		apply(rr_phys_to_virt(image->defaults), image->defaults_size, false, "the image's default launch document");
	rr_launch_resume();
}

/* What this machine's launcher says; the image's defaults are what they were. */
void rr_launch_resume(void)
{
	/* QEMU puts its own words behind the document. */
	const char *text = word_of(rr_boot_info.command_line);
	if (text)
		apply_word(text);
	else if ((text = strchr(rr_boot_info.command_line, '{')))
		apply_launchers(text, strlen(text), true, "the launch document on the kernel's command line");
	else if (rr_boot_info.module)
		apply_launchers(rr_boot_info.module, rr_boot_info.module_size, false, "the launch document in the boot module");
	if (rr_launch.time)
		rr_clock_set_boot_realtime(rr_launch.time);
}
