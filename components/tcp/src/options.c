/* RFC 9293, section 3.2; RFC 7323; RFC 2018. */
#include <rr/random.h>
#include "internal.h"

enum { END = 0, NOP = 1, MSS = 2, SCALE = 3, SACK_PERMITTED = 4, SACK = 5, TIMESTAMP = 8 };

static uint8_t *append32(uint8_t *at, uint32_t value)
{
	rr_net_put32(at, value);
	return at + 4;
}

/* Milliseconds from anywhere. */
uint32_t timestamp_now(void)
{
	static uint32_t offset;
	if (!offset)
		offset = (uint32_t)rr_random_word() | 1;
	return (uint32_t)(rr_clock_monotonic() / MILLISECOND) + offset;
}

static void take(const uint8_t *at, unsigned length, struct options *options)
{
	switch (at[0]) {
	case MSS:
		if (length == 4) {
			options->has_mss = true;
			options->mss = rr_net_get16(at + 2);
		}
		break;
	case SCALE:
		if (length == 3) {
			options->has_scale = true;
			options->scale = rr_min(at[2], (uint8_t)MOST_SCALE); /* RFC 7323, 2.3 */
		}
		break;
	case SACK_PERMITTED:
		options->has_sack |= length == 2;
		break;
	case TIMESTAMP:
		if (length == 10) {
			options->has_timestamp = true;
			options->ts_value = rr_net_get32(at + 2);
			options->ts_echo = rr_net_get32(at + 6);
		}
		break;
	case SACK:
		for (at += 2, length -= 2; length >= 8 && options->sack_count < RR_ARRAY_SIZE(options->sack); length -= 8, at += 8)
			options->sack[options->sack_count++] = (struct range){ rr_net_get32(at), rr_net_get32(at + 4) };
		break;
	}
}

bool options_parse(const uint8_t *at, unsigned length, struct options *options)
{
	*options = (struct options){ 0 };
	while (length && *at != END) {
		unsigned size = *at == NOP ? 1 : length < 2 ? 0 : at[1];
		if (!size || size > length || (size < 2 && *at != NOP))
			return false;
		if (*at != NOP)
			take(at, size, options);
		at += size;
		length -= size;
	}
	return true;
}

static uint8_t *write_timestamp(uint8_t *at, uint32_t value, uint32_t echo)
{
	*at++ = NOP;
	*at++ = NOP;
	*at++ = TIMESTAMP;
	*at++ = 10;
	return append32(append32(at, value), echo);
}

unsigned options_write_syn(uint8_t *start, uint16_t mss, int scale, bool sack, bool timestamps, uint32_t ts_value, uint32_t ts_echo)
{
	uint8_t *at = start;
	*at++ = MSS;
	*at++ = 4;
	*at++ = (uint8_t)(mss >> 8);
	*at++ = (uint8_t)mss;
	if (sack) {
		*at++ = NOP;
		*at++ = NOP;
		*at++ = SACK_PERMITTED;
		*at++ = 2;
	}
	if (timestamps)
		at = write_timestamp(at, ts_value, ts_echo);
	if (scale >= 0) {
		*at++ = NOP;
		*at++ = SCALE;
		*at++ = 3;
		*at++ = (uint8_t)scale;
	}
	return (unsigned)(at - start);
}

unsigned options_write(const struct rr_tcp *tcp, uint8_t flags, uint32_t length, uint8_t *start)
{
	uint8_t *at = start;
	if (flags & SYN) {
		bool first = !(flags & ACK);
		uint32_t mss = tcp->path.mtu - HEADER - (rr_ip_is_v4(&tcp->end.remote) ? 20 : 40);
		if (tcp->settings.most_segment)
			mss = rr_min(mss, tcp->settings.most_segment);
		return options_write_syn(at, (uint16_t)rr_min(mss, 65535u), first || tcp->scaling ? tcp->receive_scale : -1, first || tcp->sack,
		                         first || tcp->timestamps, timestamp_now(), first ? 0 : tcp->ts_recent);
	}
	if (tcp->timestamps && !(flags & RST))
		at = write_timestamp(at, timestamp_now(), tcp->ts_recent);
	/* a segment that is full without them goes without; the next acknowledgement tells */
	if (tcp->sack && tcp->early && flags & ACK && length + MOST_OPTIONS <= tcp->mss) {
		struct range blocks[4];
		unsigned count = receive_sack_blocks(tcp, blocks, tcp->timestamps ? 3 : 4);
		*at++ = NOP;
		*at++ = NOP;
		*at++ = SACK;
		*at++ = (uint8_t)(2 + 8 * count);
		for (unsigned i = 0; i < count; i++)
			at = append32(append32(at, blocks[i].from), blocks[i].to);
	}
	return (unsigned)(at - start);
}
