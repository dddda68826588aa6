/*
 * SYN cookies (RFC 4987, 3.6): when too many connections are half open, what would be remembered of one goes into the initial sequence number:
 * 5 bits of time (in 64 s), 3 bits that stand for a size of segments, 24 bits that nobody can forge.
 */
#include "internal.h"

#define SALT 0x636f6f6b6965ul
#define PERIOD_SECONDS 64u
#define PERIODS_VALID 2u

static const uint16_t sizes[8] = { 216, 536, 1024, 1220, 1360, 1440, 1452, 1460 };

static uint32_t period(void) { return (uint32_t)(rr_clock_monotonic() / RR_NSEC_PER_SEC / PERIOD_SECONDS); }

static uint32_t mark(const struct segment *segment, uint32_t seq, uint32_t when, unsigned size)
{
	uint64_t salt = SALT ^ (uint64_t)seq << 32 ^ when << 8 ^ size;
	return (uint32_t)connection_hash(&segment->how->to, segment->to_port, &segment->how->from, segment->from_port, salt) & 0xffffff;
}

uint32_t cookie_make(const struct segment *segment, uint16_t mss)
{
	unsigned size = RR_ARRAY_SIZE(sizes) - 1;
	while (size && sizes[size] > mss)
		size--;
	uint32_t when = period();
	return (when & 31) << 27 | (uint32_t)size << 24 | mark(segment, segment->seq, when, size);
}

uint16_t cookie_check(const struct segment *segment)
{
	uint32_t cookie = segment->ack - 1, now = period();
	unsigned size = cookie >> 24 & 7;
	for (uint32_t age = 0; age < PERIODS_VALID; age++) {
		uint32_t when = now - age;
		if ((when & 31) == cookie >> 27 && mark(segment, segment->seq - 1, when, size) == (cookie & 0xffffff))
			return sizes[size];
	}
	return 0;
}
