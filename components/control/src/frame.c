#include "frame.h"

bool frame_take(struct frame_parser *parser, uint8_t byte)
{
	/* Nothing of ours starts with a zero: bytes of a host that lost step are skipped up to something that can be a header. */
	if ((parser->seen == 0 && byte == 0) || (parser->seen == 1 && byte != 0)) {
		parser->seen = 0;
		if (byte == 0)
			return false;
	}
	if (parser->seen < sizeof(parser->bytes))
		parser->bytes[parser->seen] = byte;
	parser->seen++;
	if (parser->seen < FRAME_HEADER || parser->seen < FRAME_HEADER + frame_length(parser))
		return false;
	parser->seen = 0;
	return true;
}
