#include <rr/string.h>
#include "address-text.h"

/* A decimal number up to `most`; moves *text behind it. -1: none. */
static int number(const char **text, int most)
{
	int value = -1;
	for (; **text >= '0' && **text <= '9'; ++*text) {
		value = (value < 0 ? 0 : value) * 10 + (**text - '0');
		if (value > most)
			return -1;
	}
	return value;
}

static bool read_v4(const char *text, uint8_t bytes[4])
{
	for (unsigned i = 0; i < 4; i++) {
		int value = number(&text, 255);
		if (value < 0 || *text != (i < 3 ? '.' : 0))
			return false;
		bytes[i] = (uint8_t)value;
		text += i < 3;
	}
	return true;
}

bool parse_v4(const char *text, struct rr_ip *out)
{
	uint8_t bytes[4];
	uint32_t word;
	if (!read_v4(text, bytes))
		return false;
	memcpy(&word, bytes, sizeof(word));
	*out = rr_ip_v4(word);
	return true;
}

static int digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

/* Up to four hexadecimal digits; moves *text behind them. -1: none, or more. */
static int group(const char **text)
{
	int value = -1;
	for (unsigned i = 0; digit(**text) >= 0; i++, ++*text) {
		if (i == 4)
			return -1;
		value = (value < 0 ? 0 : value) << 4 | digit(**text);
	}
	return value;
}

bool parse_v6(const char *text, struct rr_ip *out)
{
	uint8_t bytes[16] = { 0 };
	unsigned at = 0, gap = 16; /* gap: where the :: is; 16: there is none */
	if (text[0] == ':' && text[1] == ':') {
		gap = 0;
		text += 2;
	}
	while (*text) {
		const char *start = text;
		int value = group(&text);
		if (*text == '.' && at <= 12 && read_v4(start, bytes + at)) {
			at += 4;
			break;
		}
		if (value < 0 || at == 16 || (*text && *text != ':') || (*text == ':' && !text[1]))
			return false;
		rr_net_put16(bytes + at, (uint16_t)value);
		at += 2;
		if (!*text++)
			break;
		if (*text == ':') {
			if (gap < 16 || at == 16)
				return false;
			gap = at;
			text++;
		}
	}
	if (gap == 16 ? at != 16 : at > 14)
		return false;
	memset(out->bytes, 0, 16);
	unsigned before = gap == 16 ? at : gap;
	memcpy(out->bytes, bytes, before);
	memcpy(out->bytes + 16 - (at - before), bytes + before, at - before);
	return true;
}

int parse_bits(const char *text, int most)
{
	int bits = number(&text, most);
	return *text ? -1 : bits;
}

int parse_mask(const char *text)
{
	struct rr_ip mask;
	if (!strchr(text, '.'))
		return parse_bits(text, 32);
	if (!parse_v4(text, &mask))
		return -1;
	uint32_t value = rr_net32(mask.words[3]);
	int bits = value == 0xffffffff ? 32 : __builtin_clz(~value);
	return bits == 32 || !(value << bits) ? bits : -1;
}
