// sources: ../src/extension.c ../src/options.c
// includes: ../src ../../ip/include ../../netdev/include ../../base/include ../../time/include ../../linux-abi/include
/* Extension headers and options of neighbour discovery: cases, and random bytes in memory of exactly their size. */
#include "internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) do { if (!(condition)) { fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); abort(); } } while (0)

static enum walk_result walk(uint8_t first, const void *bytes, uint32_t length, struct walk *out)
{
	uint8_t *exact = malloc(length ? length : 1);
	memcpy(exact, bytes, length);
	*out = (struct walk){ .next = first, .named_at = 6 };
	enum walk_result result = extension_walk(exact, length, out);
	free(exact);
	return result;
}

#define WALK(first, out, ...) walk(first, (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }), out)

static void cases(void)
{
	struct walk out;
	CHECK(WALK(6, &out, 1, 2, 3) == WALK_DONE && out.next == 6 && out.at == 0);
	CHECK(WALK(0, &out, 6, 0, 1, 4, 0, 0, 0, 0, 9, 9) == WALK_DONE && out.next == 6 && out.at == 8);
	CHECK(WALK(0, &out, 60, 0, 5, 2, 0, 0, 1, 0, 17, 0, 1, 4, 0, 0, 0, 0) == WALK_DONE && out.next == 17 && out.at == 16);
	/* not first */
	CHECK(WALK(60, &out, 0, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4, 0, 0, 0, 0) == WALK_PROBLEM && out.code == 1 && out.pointer == 40);
	/* too short for what it says */
	CHECK(WALK(60, &out, 6, 1, 1, 4, 0, 0, 0, 0) == WALK_DROP);
	CHECK(WALK(60, &out, 6, 0, 1) == WALK_DROP);
	/* an option beyond its header's end */
	CHECK(WALK(60, &out, 6, 0, 1, 5, 0, 0, 0, 0, 0, 0, 0, 0) == WALK_DROP);
	CHECK(WALK(60, &out, 6, 0, 0, 0, 0, 0, 0, 1) == WALK_DROP);
	/* unknown options: skip, drop, tell, tell unless it was for a group */
	CHECK(WALK(60, &out, 6, 0, 0x1e, 4, 0, 0, 0, 0) == WALK_DONE);
	CHECK(WALK(60, &out, 6, 0, 0x5e, 4, 0, 0, 0, 0) == WALK_DROP);
	CHECK(WALK(60, &out, 6, 0, 0x9e, 4, 0, 0, 0, 0) == WALK_PROBLEM && out.code == 2 && out.pointer == 42 && out.multicast_too);
	CHECK(WALK(60, &out, 6, 0, 0, 0xde, 3, 0, 0, 0) == WALK_PROBLEM && out.code == 2 && out.pointer == 43 && !out.multicast_too);
	/* routing headers: over, or not */
	CHECK(WALK(43, &out, 6, 0, 0, 0, 0, 0, 0, 0) == WALK_DONE && out.at == 8);
	CHECK(WALK(43, &out, 6, 0, 0, 1, 0, 0, 0, 0) == WALK_PROBLEM && out.code == 0 && out.pointer == 42);
	CHECK(WALK(44, &out, 17, 0, 0, 9, 1, 2, 3, 4) == WALK_FRAGMENT && out.at == 0);
	CHECK(WALK(44, &out, 17, 0, 0, 9, 1, 2, 3) == WALK_DROP);
	struct fragment_header fragment = fragment_parse((const uint8_t[]){ 17, 0, 5, 0xa9, 1, 2, 3, 4 });
	CHECK(fragment.next == 17 && fragment.offset == 0x5a8 && fragment.more && fragment.id == 0x01020304);
	/* without end */
	uint8_t many[2000];
	for (unsigned i = 0; i < sizeof(many); i++)
		many[i] = i % 8 ? 0 : 60;
	CHECK(walk(60, many, sizeof(many), &out) == WALK_DROP);
}

static void options(void)
{
	struct nd_option option;
	static const uint8_t good[] = { 1, 1, 1, 2, 3, 4, 5, 6, 5, 1, 0, 0, 0, 0, 5, 0xdc, 3, 1, 0, 0, 0, 0, 0, 0, 5, 1, 9, 9, 9, 9, 9, 9 };
	CHECK(nd_options_good(good, sizeof(good)) && nd_options_good(good, 0));
	CHECK(!nd_options_good(good, 7) && !nd_options_good(good, 9) && !nd_options_good((const uint8_t[8]){ 1, 0 }, 8) && !nd_options_good((const uint8_t[8]){ 1, 2 }, 8));
	CHECK(nd_option_find(good, sizeof(good), ND_MTU, NULL, &option) && option.at == good + 8 && option.length == 8);
	CHECK(nd_option_find(good, sizeof(good), ND_MTU, option.at, &option) && option.at == good + 24);
	CHECK(!nd_option_find(good, sizeof(good), ND_MTU, option.at, &option) && !nd_option_find(good, sizeof(good), 77, NULL, &option));
}

static void anything(void)
{
	static const uint8_t types[] = { 0, 43, 44, 60, 6, 59, 51 };
	struct walk out;
	struct nd_option option;
	srand(20);
	for (unsigned round = 0; round < 100000; round++) {
		uint32_t length = (uint32_t)rand() % 90;
		uint8_t *bytes = malloc(length ? length : 1);
		for (uint32_t i = 0; i < length; i++)
			bytes[i] = rand() % 3 ? (uint8_t)(rand() % 3) : rand() % 2 ? types[(unsigned)rand() % sizeof(types)] : (uint8_t)rand();
		out = (struct walk){ .next = types[(unsigned)rand() % sizeof(types)], .named_at = 6 };
		enum walk_result result = extension_walk(bytes, length, &out);
		CHECK(result == WALK_DROP || result == WALK_PROBLEM || out.at <= length);
		CHECK(result != WALK_FRAGMENT || out.at + FRAGMENT_HEADER <= length);
		CHECK(result != WALK_PROBLEM || out.pointer < IP6_HEADER + (length ? length : 1));
		if (nd_options_good(bytes, length))
			for (const uint8_t *after = NULL; nd_option_find(bytes, length, (uint8_t)(rand() % 4), after, &option); after = option.at)
				CHECK(option.length >= 8 && option.at + option.length <= bytes + length);
		free(bytes);
	}
}

int main(void)
{
	cases();
	options();
	anything();
	return 0;
}
