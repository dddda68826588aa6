#include "lease.h"

#include <rr/string.h>

enum { OPTION_DNS = 6, OPTION_HOST = 12, OPTION_DOMAIN = 15, OPTION_SEARCH = 119, OPTION_END = 255 };
#define MOST_LABEL 63
#define POINTER 0xc0

struct span {
	uint8_t bytes[512];
	size_t length;
};

/* All parts of an option behind one another; the rest of one that is longer than any sensible one is cut off. */
static void gather(struct span *out, uint8_t code, const uint8_t *at, size_t length)
{
	const uint8_t *end = at + length;
	out->length = 0;
	while (at < end && *at != OPTION_END) {
		if (!*at) {
			at++;
			continue;
		}
		if (end - at < 2 || end - at < 2 + at[1])
			return;
		if (*at == code) {
			size_t part = rr_min((size_t)at[1], sizeof(out->bytes) - out->length);
			memcpy(out->bytes + out->length, at + 2, part);
			out->length += part;
		}
		at += 2 + at[1];
	}
}

/* What may be in a domain: anything else could end the line, or begin another setting. */
static bool is_name(const uint8_t *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		uint8_t c = text[i], letter = c | 0x20;
		if (!(letter >= 'a' && letter <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.')
			return false;
	}
	return length;
}

/*
 * The name at `at` (RFC 1035, section 3.1) as text into `to`, which has `room` bytes, not terminated. Returns its length; 0: malformed, empty or too long. *next: behind it. Pointers lead
 * backwards only, so it ends.
 */
static size_t read_domain(const struct span *span, size_t at, char *to, size_t room, size_t *next)
{
	size_t length = 0, limit = span->length;
	*next = 0;
	while (at < limit && span->bytes[at]) {
		uint8_t size = span->bytes[at];
		if ((size & POINTER) == POINTER) {
			if (at + 1 >= limit)
				return 0;
			size_t target = (size_t)(size & ~POINTER) << 8 | span->bytes[at + 1];
			if (!*next)
				*next = at + 2;
			if (target >= at)
				return 0;
			limit = at; /* from here on only what lies before */
			at = target;
			continue;
		}
		if (size > MOST_LABEL || at + 1 + size >= limit || !is_name(span->bytes + at + 1, size) || length + (length > 0) + size > room)
			return 0;
		if (length)
			to[length++] = '.';
		memcpy(to + length, span->bytes + at + 1, size);
		length += size;
		at += 1u + size;
	}
	if (at >= limit)
		return 0;
	if (!*next)
		*next = at + 1;
	return length;
}

static void read_search(struct lease_names *names, const struct span *span)
{
	size_t used = 0, next;
	for (size_t at = 0; at < span->length; at = next) {
		size_t start = used ? used + 1 : 0;
		size_t length = start < LEASE_SEARCH_ROOM - 1 ? read_domain(span, at, names->search + start, LEASE_SEARCH_ROOM - 1 - start, &next) : 0;
		if (!length)
			break;
		if (used)
			names->search[used] = ' ';
		used = start + length;
	}
	names->search[used] = 0;
}

void lease_read(struct lease_names *names, const uint8_t *options, size_t length)
{
	struct span span;
	memset(names, 0, sizeof(*names));
	gather(&span, OPTION_DNS, options, length);
	names->server_count = (unsigned)rr_min(span.length / 4, (size_t)LEASE_MOST_SERVERS);
	memcpy(names->servers, span.bytes, names->server_count * 4);
	gather(&span, OPTION_SEARCH, options, length);
	read_search(names, &span);
	gather(&span, OPTION_DOMAIN, options, length);
	while (span.length && !span.bytes[span.length - 1])
		span.length--; /* some servers send the NUL */
	if (!names->search[0] && span.length < LEASE_SEARCH_ROOM && is_name(span.bytes, span.length)) {
		memcpy(names->search, span.bytes, span.length);
		names->search[span.length] = 0;
	}
	gather(&span, OPTION_HOST, options, length);
	while (span.length && !span.bytes[span.length - 1])
		span.length--;
	if (span.length < sizeof(names->host) && is_name(span.bytes, span.length))
		memcpy(names->host, span.bytes, span.length);
}
