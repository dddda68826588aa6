// sources: ../src/lease.c
// includes: ../../base/include
/* What DHCP answers say about names: options whole and in parts, compressed domains, nonsense; random bytes never lead outside or make lines of their own. */
#include "../src/lease.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct lease_names names;

/* From memory of just that size, so that ASan sees a byte too many. */
static void feed(const void *options, size_t length)
{
	uint8_t *copy = malloc(length ? length : 1);
	memcpy(copy, options, length);
	lease_read(&names, copy, length);
	free(copy);
}
#define READ(literal) feed(literal, sizeof(literal) - 1)

static void ordinary(void)
{
	READ("\x06\x08\x0a\0\x02\x03\x0a\0\0\x01" "\x0f\x0b" "example.com" "\x0c\x03" "box" "\xff");
	assert(names.server_count == 2 && !memcmp(names.servers, "\x0a\0\x02\x03\x0a\0\0\x01", 8));
	assert(!strcmp(names.search, "example.com") && !strcmp(names.host, "box"));
	READ("\xff\x06\x04\x0a\0\x02\x03");
	assert(!names.server_count && !names.search[0] && !names.host[0]);
	READ("");
	assert(!names.server_count);
	/* more servers than resolvers look at; a NUL behind a name */
	READ("\x06\x10" "abcdefghijklmnop" "\x0f\x04" "lan\0" "\x0c\x02" "a\0");
	assert(names.server_count == 3 && !strcmp(names.search, "lan") && !strcmp(names.host, "a"));
	/* half an address, an option longer than the message */
	READ("\x06\x06" "abcdef" "\x0f\x09" "lan");
	assert(names.server_count == 1 && !names.search[0]);
}

static void search(void)
{
	/* RFC 3397's own example: eng.apple.com., marketing.apple.com., the second by a pointer, in two options */
	READ("\x77\x09\x03" "eng" "\x05" "appl" "\x77\x13" "e\x03" "com" "\0\x09" "marketing" "\xc0\x04" "\xff");
	assert(!strcmp(names.search, "eng.apple.com marketing.apple.com"));
	/* it wins over the one domain */
	READ("\x0f\x03" "lan" "\x77\x05\x03" "org" "\0");
	assert(!strcmp(names.search, "org"));
	/* pointers to themselves, forward, to each other, to nowhere; labels too long; no end */
	READ("\x77\x02\xc0\0");
	assert(!names.search[0]);
	READ("\x77\x06\xc0\x02\x01" "a\0\0");
	assert(!names.search[0]);
	READ("\x77\x05\x01" "a\xc0\0\0");
	assert(!names.search[0]);
	READ("\x77\x01\xc0");
	assert(!names.search[0]);
	READ("\x77\x02\x40" "a");
	assert(!names.search[0]);
	READ("\x77\x03\x02" "ab");
	assert(!names.search[0]);
	READ("\x77\x01\0");
	assert(!names.search[0]);
	/* good ones before a bad one stay */
	READ("\x77\x07\x03" "org" "\0\x05" "a");
	assert(!strcmp(names.search, "org"));
	/* nothing that could begin a line or a word of its own */
	READ("\x0f\x12" "a\nnameserver 1.2.3" "\x0c\x03" "a b" "\x77\x05\x03" "a\nb" "\0");
	assert(!names.search[0] && !names.host[0]);
}

static void many(void)
{
	uint8_t options[2 + 255 + 2 + 255], *at = options;
	for (unsigned part = 0; part < 2; part++) {
		*at++ = 119;
		*at++ = 255;
		for (unsigned i = 0; i < 51; i++, at += 5)
			memcpy(at, "\x03lan", 5);
	}
	feed(options, sizeof(options));
	assert(strlen(names.search) == 255 && !strncmp(names.search, "lan lan ", 8));
}

static void random_bytes(void)
{
	uint8_t options[600];
	srand(7);
	for (unsigned round = 0; round < 200000; round++) {
		size_t length = (size_t)rand() % sizeof(options);
		for (size_t i = 0; i < length; i++)
			options[i] = (uint8_t)(rand() % 4 ? rand() : "\x77\x06\x0f\x0c\xc0\x03\0a"[rand() % 8]);
		feed(options, length);
		assert(names.server_count <= LEASE_MOST_SERVERS && memchr(names.search, 0, sizeof(names.search)) && memchr(names.host, 0, sizeof(names.host)));
		assert(!strpbrk(names.search, "\n\t#;") && !strpbrk(names.host, "\n\t #;"));
	}
}

int main(void)
{
	ordinary();
	search();
	many();
	random_bytes();
	puts("ok");
	return 0;
}
