#include "pieces.h"

#include <rr/string.h>

enum { BEGIN = 0, MORE = 1, END = 2 };

bool pieces_take(struct pieces *pieces, const uint8_t *frame, size_t length)
{
	size_t text = length ? length - 1 : 0;
	if (!length)
		return false;
	if (frame[0] == END) {
		bool good = text == 2 && pieces->at <= pieces->room && pieces->at == (frame[1] | (size_t)frame[2] << 8);
		if (good) {
			char *old = pieces->whole;
			pieces->whole = pieces->coming;
			pieces->coming = old;
			pieces->length = pieces->at;
		}
		pieces->at = pieces->room + 1;
		return good;
	}
	if (frame[0] == BEGIN)
		pieces->at = 0;
	if (frame[0] > MORE || pieces->at > pieces->room || text > pieces->room - pieces->at) {
		pieces->at = pieces->room + 1;
		return false;
	}
	memcpy(pieces->coming + pieces->at, frame + 1, text);
	pieces->at += text;
	return false;
}
