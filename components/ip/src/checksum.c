/* RFC 1071: the sum is the same in either byte order, so words are added as they lie in memory. */
#include <rr/string.h>
#include "internal.h"

static uint16_t fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint64_t load(const uint8_t *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof(word));
	return word;
}

/* Both halves of a word, so that nothing has to be carried: a packet is far too short for the sum of halves to wrap around. */
static uint64_t halves(uint64_t word) { return (uint32_t)word + (word >> 32); }

static uint64_t add_bytes(const uint8_t *at, uint32_t length)
{
	uint64_t sum = 0, last = 0;
	for (; length >= 32; length -= 32, at += 32)
		sum += halves(load(at)) + halves(load(at + 8)) + halves(load(at + 16)) + halves(load(at + 24));
	for (; length >= 8; length -= 8, at += 8)
		sum += halves(load(at));
	memcpy(&last, at, length);
	return sum + halves(last);
}

uint16_t rr_ip_pseudo_sum(const struct rr_ip *from, const struct rr_ip *to, uint8_t protocol, uint32_t length)
{
	uint64_t sum = rr_net16(protocol) + (uint64_t)rr_net16((uint16_t)length) + rr_net16((uint16_t)(length >> 16));
	if (rr_ip_is_v4(to))
		return fold(sum + from->words[3] + to->words[3]);
	struct rr_ip wire[2] = { rr_ip_without_zone(*from), rr_ip_without_zone(*to) };
	for (unsigned i = 0; i < 4; i++)
		sum += (uint64_t)wire[0].words[i] + wire[1].words[i];
	return fold(sum);
}

uint16_t rr_ip_checksum(const struct rr_netbuf *packet, uint32_t offset, uint16_t begun)
{
	uint64_t sum = begun;
	bool odd = false; /* the next byte is the second of its word */
	for (const struct rr_netbuf *piece = packet; piece; piece = piece->more) {
		if (offset >= piece->length) {
			offset -= piece->length;
			continue;
		}
		const uint8_t *at = piece->data + offset;
		uint32_t length = piece->length - offset;
		offset = 0;
		uint16_t part = fold(add_bytes(at, length));
		sum += odd ? rr_net16(part) : part;
		odd ^= length & 1;
	}
	return (uint16_t)~fold(sum);
}
