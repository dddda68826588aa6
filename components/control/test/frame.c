// sources: ../src/frame.c
// includes: ../../base/include
/* Frames come out whole whatever lies between, before and in them; random bytes never make the parser read or write outside. */
#include "../src/frame.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned feed(struct frame_parser *parser, const void *bytes, size_t length)
{
	unsigned frames = 0;
	for (size_t i = 0; i < length; i++)
		frames += frame_take(parser, ((const uint8_t *)bytes)[i]);
	return frames;
}

static void ordinary(void)
{
	struct frame_parser parser = { 0 };
	assert(feed(&parser, "I\0\x08\0\x2a\0\0\0\0\0\0", 11) == 0);
	assert(feed(&parser, "\0", 1) == 1);
	assert(frame_type(&parser) == 'I' && frame_length(&parser) == 8 && frame_payload(&parser)[0] == 42);
	assert(feed(&parser, "G\0\x01\0\x02" "Q\0\0\0", 9) == 2);
	assert(frame_type(&parser) == 'Q' && frame_length(&parser) == 0);
}

static void longer_than_kept(void)
{
	struct frame_parser parser = { 0 };
	char frame[4 + 65535] = { 'Z', 0, (char)0xff, (char)0xff };
	memset(frame + 4, 'x', 65535);
	assert(feed(&parser, frame, sizeof(frame)) == 1);
	assert(frame_length(&parser) == 65535 && frame_payload(&parser)[FRAME_KEPT - 1] == 'x');
	assert(feed(&parser, "G\0\x01\0\x0f", 5) == 1 && frame_payload(&parser)[0] == 15);
}

static void finds_step_again(void)
{
	struct frame_parser parser = { 0 };
	assert(feed(&parser, "\0\0garbage" "G\0\x01\0\x0f", 14) == 1);
	assert(frame_type(&parser) == 'G');
}

static void random_bytes(void)
{
	srand(1);
	struct frame_parser *parser = calloc(1, sizeof(*parser));
	for (unsigned i = 0; i < 1000000; i++)
		if (frame_take(parser, (uint8_t)(rand() % 5 ? rand() : 0)))
			assert(frame_type(parser) != 0 && frame_length(parser) <= 65535);
	free(parser);
}

int main(void)
{
	ordinary();
	longer_than_kept();
	finds_step_again();
	random_bytes();
	puts("ok");
	return 0;
}
