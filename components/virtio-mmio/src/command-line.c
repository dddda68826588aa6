/* virtio_mmio.device=SIZE@BASE:IRQ[:ID], as Linux has it (kernel-parameters). */
#include "command-line.h"
#include <rr/string.h>

static const char key[] = "virtio_mmio.device=";

static bool digit(char c, unsigned base, unsigned *value)
{
	unsigned lower = (unsigned char)c | 0x20;
	*value = c >= '0' && c <= '9' ? (unsigned)(c - '0') : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
	return *value < base;
}

/* Decimal or 0x..., at least one digit. NULL: none. */
static const char *number(const char *text, uint64_t *value)
{
	unsigned base = 10, next;
	if (text[0] == '0' && (text[1] | 0x20) == 'x') {
		base = 16;
		text += 2;
	}
	if (!digit(*text, base, &next))
		return NULL;
	for (*value = 0; digit(*text, base, &next); text++)
		*value = *value * base + next;
	return text;
}

static bool parse(const char *text, struct mmio_place *place)
{
	uint64_t line;
	if (!(text = number(text, &place->size)))
		return false;
	if ((*text | 0x20) == 'k') {
		place->size <<= 10;
		text++;
	}
	if (*text != '@' || !(text = number(text + 1, &place->base)) || *text != ':' || !number(text + 1, &line))
		return false;
	place->line = (unsigned)line;
	return place->size >= 0x100 && line < 256;
}

bool mmio_next_place(const char *line, size_t *end, struct mmio_place *place)
{
	for (;;) {
		while (*end && line[*end - 1] == ' ')
			--*end;
		if (!*end)
			return false;
		while (*end && line[*end - 1] != ' ')
			--*end;
		/* what stands before the machine's words is the launcher's, whatever it looks like */
		if (strncmp(line + *end, key, sizeof(key) - 1))
			return false;
		if (parse(line + *end + sizeof(key) - 1, place))
			return true;
	}
}
