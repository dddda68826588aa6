// sources: ../src/pieces.c
// includes: ../../base/include
/* The launcher's list in frames: whole lists are taken, nothing else is, and nothing leads outside. */
#include "../src/pieces.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 40

static struct pieces pieces;
static bool take(const void *frame, size_t length) { return pieces_take(&pieces, frame, length); }
#define TAKE(literal) take(literal, sizeof(literal) - 1)
static bool is(const char *text) { return pieces.length == strlen(text) && !memcmp(pieces.whole, text, pieces.length); }

static void begin(void)
{
	free(pieces.whole);
	free(pieces.coming);
	pieces = (struct pieces){ .whole = malloc(ROOM), .coming = malloc(ROOM), .room = ROOM, .at = ROOM + 1 };
}

static void ordinary(void)
{
	begin();
	assert(!TAKE("\0hello ") && !TAKE("\1world\n") && is("") && TAKE("\2\x0c\0") && is("hello world\n"));
	/* the next one replaces it when it is whole, not before */
	assert(!TAKE("\0b") && is("hello world\n") && TAKE("\2\1\0") && is("b"));
	assert(!TAKE("\0") && TAKE("\2\0\0") && is(""));
}

static void broken(void)
{
	begin();
	assert(!TAKE("\0a") && TAKE("\2\1\0"));
	assert(!TAKE("\1b") && !TAKE("\2\1\0") && is("a"));             /* no beginning */
	assert(!TAKE("\0bc") && !TAKE("\2\1\0") && is("a"));            /* another length */
	assert(!TAKE("\2\2\0") && is("a"));                             /* and it is gone then */
	assert(!TAKE("\0bc") && !TAKE("\2\2") && !TAKE("\2\2\0\0") && is("a"));
	assert(!TAKE("\0bc") && !TAKE("\3x") && !TAKE("\2\2\0") && is("a"));
	assert(!TAKE("") && is("a"));
	/* as much as there is room, and more */
	assert(!TAKE("\0aaaaaaaaaaaaaaa") && !TAKE("\1aaaaaaaaaaaaaaa") && !TAKE("\1aaaaaaaaaa") && TAKE("\2\x28\0") && pieces.length == ROOM);
	assert(!TAKE("\0aaaaaaaaaaaaaaa") && !TAKE("\1aaaaaaaaaaaaaaa") && !TAKE("\1aaaaaaaaaaa") && !TAKE("\2\x29\0") && pieces.length == ROOM);
	/* no memory for any */
	pieces.room = 0;
	assert(!TAKE("\0a") && !TAKE("\2\1\0"));
}

static void random_frames(void)
{
	begin();
	srand(3);
	for (unsigned i = 0; i < 1000000; i++) {
		uint8_t frame[16];
		for (unsigned j = 0; j < sizeof(frame); j++)
			frame[j] = (uint8_t)(j ? rand() % 40 : rand() % 4);
		take(frame, (size_t)rand() % (sizeof(frame) + 1));
		assert(pieces.length <= ROOM);
	}
}

int main(void)
{
	ordinary();
	broken();
	random_frames();
	begin();
	free(pieces.whole);
	free(pieces.coming);
	puts("ok");
	return 0;
}
