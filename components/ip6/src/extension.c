/* Extension headers: RFC 8200, section 4. Their order is not insisted on but for hop-by-hop options, which come first. */
#include "internal.h"

#define MOST_HEADERS 8u
#define PROBLEM_NEXT_HEADER 1
#define PROBLEM_OPTION 2
#define PAD_1 0

/* The options of a header at [at, end), which are unknown to us but for padding; what to do with a packet that has them is in their first two bits (4.2). */
static enum walk_result look_at_options(const uint8_t *bytes, uint32_t at, uint32_t end, struct walk *walk)
{
	enum { SKIP = 0, DROP = 1, TELL_ALL = 2 };
	while (at < end) {
		uint8_t type = bytes[at];
		if (type == PAD_1) {
			at++;
			continue;
		}
		if (end - at < 2 || end - at < 2u + bytes[at + 1])
			return WALK_DROP;
		if (type >> 6 == DROP)
			return WALK_DROP;
		if (type >> 6 != SKIP) {
			walk->code = PROBLEM_OPTION;
			walk->pointer = IP6_HEADER + at;
			walk->multicast_too = type >> 6 == TELL_ALL;
			return WALK_PROBLEM;
		}
		at += 2u + bytes[at + 1];
	}
	return WALK_DONE;
}

static enum walk_result problem(struct walk *walk, uint8_t code, uint32_t pointer)
{
	walk->code = code;
	walk->pointer = pointer;
	return WALK_PROBLEM;
}

enum walk_result extension_walk(const uint8_t *bytes, uint32_t length, struct walk *walk)
{
	walk->multicast_too = false;
	for (unsigned count = 0; count < MOST_HEADERS; count++) {
		uint8_t type = walk->next;
		uint32_t at = walk->at, left = length > at ? length - at : 0, size;
		if (type == NEXT_HOP_BY_HOP && at)
			return problem(walk, PROBLEM_NEXT_HEADER, walk->named_at);
		if (type == NEXT_FRAGMENT)
			return left < FRAGMENT_HEADER ? WALK_DROP : WALK_FRAGMENT;
		if (type != NEXT_HOP_BY_HOP && type != NEXT_DESTINATION && type != NEXT_ROUTING)
			return WALK_DONE;
		if (left < 8 || left < (size = (bytes[at + 1] + 1u) * 8))
			return WALK_DROP;
		if (type == NEXT_ROUTING && bytes[at + 3]) /* segments left: only a router on the way would know what to do (4.4; type 0: RFC 5095) */
			return problem(walk, 0, IP6_HEADER + at + 2);
		if (type != NEXT_ROUTING) {
			enum walk_result result = look_at_options(bytes, at + 2, at + size, walk);
			if (result != WALK_DONE)
				return result;
		}
		walk->next = bytes[at];
		walk->named_at = IP6_HEADER + at;
		walk->at = at + size;
	}
	return WALK_DROP;
}

struct fragment_header fragment_parse(const uint8_t *at)
{
	uint16_t word = rr_net_get16(at + 2);
	return (struct fragment_header){ .next = at[0], .offset = word & 0xfff8u, .more = word & 1, .id = rr_net_get32(at + 4) };
}
