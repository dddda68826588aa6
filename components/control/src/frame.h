/* The incoming byte stream, cut into frames. Pure. */
#pragma once
#include <rr/types.h>

#define FRAME_HEADER 4
/* The longest payload a handler sees; more is skipped. */
#define FRAME_KEPT 16

struct frame_parser {
	uint32_t seen;                       /* bytes of the current frame so far */
	uint8_t bytes[FRAME_HEADER + FRAME_KEPT];
};

/* Take one byte. True when it completes a frame: then frame_type() and the others tell about it until the next byte. */
bool frame_take(struct frame_parser *parser, uint8_t byte);

static inline uint8_t frame_type(const struct frame_parser *parser) { return parser->bytes[0]; }
static inline const uint8_t *frame_payload(const struct frame_parser *parser) { return parser->bytes + FRAME_HEADER; }
/* As the header says, up to 65535. */
static inline size_t frame_length(const struct frame_parser *parser) { return parser->bytes[2] | (size_t)parser->bytes[3] << 8; }
