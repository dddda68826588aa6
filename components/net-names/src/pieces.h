/* The list of hosts that the launcher sends, put together from the frames it comes in (docs/interfaces.md, section 8: 'H'). Pure. */
#pragma once
#include <rr/types.h>

struct pieces {
	char *whole, *coming;  /* two blocks of `room` bytes: the last complete list, and the one that comes in */
	size_t length;         /* of the complete one */
	size_t at, room;       /* of the other; at > room: what comes is not a list, until the next begins */
};

/* Take a frame. True: a list is complete, and *pieces tells it. */
bool pieces_take(struct pieces *pieces, const uint8_t *frame, size_t length);
