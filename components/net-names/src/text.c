#include "text.h"

#include <rr/string.h>

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }
static bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool text_line(struct text *text, const char *first, char between, const char *second)
{
	size_t one = strlen(first), two = strlen(second);
	if (one + two + 2 > text->room - text->length)
		return false;
	char *to = text->bytes + text->length;
	memcpy(to, first, one);
	to[one] = between;
	memcpy(to + one + 1, second, two);
	to[one + 1 + two] = '\n';
	text->length += one + two + 2;
	return true;
}

static bool is_same(const char *word, size_t length, const char *name)
{
	for (size_t i = 0; i < length; i++)
		if (lower(word[i]) != lower(name[i])) /* ends with the name's NUL at the latest */
			return false;
	return !name[length];
}

bool text_names(const char *lines, size_t length, const char *name)
{
	const char *at = lines, *end = lines + length;
	bool address = true;
	while (at < end) {
		if (*at == '\n') {
			address = true;
			at++;
			continue;
		}
		if (is_blank(*at)) {
			at++;
			continue;
		}
		const char *word = at;
		while (at < end && !is_blank(*at) && *at != '\n')
			at++;
		if (!address && is_same(word, (size_t)(at - word), name))
			return true;
		address = false;
	}
	return false;
}

void text_hosts(struct text *text, const char *lines, size_t length, const char *hostname)
{
	text_line(text, "127.0.0.1", '\t', "localhost");
	text_line(text, "::1", '\t', "localhost ip6-localhost ip6-loopback");
	if (length <= text->room - text->length) {
		memcpy(text->bytes + text->length, lines, length);
		text->length += length;
	}
	if (*hostname && !text_names(text->bytes, text->length, hostname))
		text_line(text, "127.0.1.1", '\t', hostname);
}
