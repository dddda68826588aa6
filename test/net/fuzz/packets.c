#include "packets.h"
#include <string.h>

#define ETHERNET 14u
#define COUNT(array) (sizeof(array) / sizeof(*(array)))
enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32 };

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}
static uint64_t word(struct packets *p) { return mix(p->random += 0x9e3779b97f4a7c15u); }
static uint32_t below(struct packets *p, uint32_t n) { return n ? (uint32_t)(word(p) % n) : 0; }
static bool one_in(struct packets *p, uint32_t n) { return below(p, n) == 0; }

static uint16_t get16(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }
static uint32_t get32(const uint8_t *at) { return (uint32_t)get16(at) << 16 | get16(at + 2); }
static void put16(uint8_t *at, uint32_t value) { at[0] = (uint8_t)(value >> 8), at[1] = (uint8_t)value; }
static void put32(uint8_t *at, uint32_t value) { put16(at, value >> 16), put16(at + 2, value); }

static void fill(struct packets *p, uint8_t *at, size_t length)
{
	for (size_t i = 0; i < length; i++)
		at[i] = (uint8_t)word(p);
}

/* --- checksums --- */

static uint32_t add(uint32_t sum, const uint8_t *at, size_t length)
{
	for (size_t i = 0; i < length; i++)
		sum += i % 2 ? at[i] : (uint32_t)at[i] << 8;
	return sum;
}
static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static size_t checksum_at(uint8_t protocol) { return protocol == 6 ? 16 : protocol == 17 ? 6 : protocol == 1 || protocol == 58 ? 2 : 0; }

/* Make the checksums right for what the packet says it is, as far as that makes sense: damage should get further than to the first check. */
static void repair(uint8_t *ip, size_t length)
{
	if (length >= 20 && ip[0] >> 4 == 4) {
		size_t header = (ip[0] & 15u) * 4u, total = get16(ip + 2);
		if (header < 20 || header > length)
			return;
		put16(ip + 10, 0);
		put16(ip + 10, fold(add(0, ip, header)));
		total = total > length || total < header ? length : total;
		size_t at = checksum_at(ip[9]), bytes = total - header;
		if (!at || bytes < at + 2 || get16(ip + 6) & 0x3fff)
			return;
		put16(ip + header + at, 0);
		uint32_t sum = ip[9] == 1 ? 0 : add(ip[9] + (uint32_t)bytes, ip + 12, 8);
		put16(ip + header + at, fold(add(sum, ip + header, bytes)));
	} else if (length >= 40 && ip[0] >> 4 == 6) {
		size_t at = checksum_at(ip[6]), bytes = get16(ip + 4);
		bytes = bytes > length - 40 ? length - 40 : bytes;
		if (!at || bytes < at + 2)
			return;
		put16(ip + 40 + at, 0);
		put16(ip + 40 + at, fold(add(add(ip[6] + (uint32_t)bytes, ip + 8, 32), ip + 40, bytes)));
	}
}

/* --- packets that are as they should be --- */

static size_t ethernet(struct packets *p, uint8_t *frame, uint16_t type, size_t length)
{
	memcpy(frame, p->their_mac, 6);
	memcpy(frame + 6, p->mac, 6);
	put16(frame + 12, type);
	return ETHERNET + length;
}

/* Puts the header in front of `length` bytes that are there, at frame + 34. */
static size_t ipv4(struct packets *p, uint8_t *frame, uint32_t from, uint32_t to, uint8_t protocol, size_t length)
{
	uint8_t *ip = frame + ETHERNET;
	memset(ip, 0, 20);
	ip[0] = 0x45;
	put16(ip + 2, (uint32_t)(20 + length));
	put16(ip + 4, (uint32_t)word(p));
	ip[8] = 64;
	ip[9] = protocol;
	put32(ip + 12, from);
	put32(ip + 16, to);
	repair(ip, 20 + length);
	return ethernet(p, frame, 0x0800, 20 + length);
}

static uint8_t *behind_ipv4(uint8_t *frame) { return frame + ETHERNET + 20; }

static size_t arp(struct packets *p, uint8_t *frame)
{
	static const uint8_t head[6] = { 0, 1, 8, 0, 6, 4 };
	uint8_t *at = frame + ETHERNET;
	memcpy(at, head, 6);
	put16(at + 6, 1 + below(p, 2));
	memcpy(at + 8, p->mac, 6);
	put32(at + 14, one_in(p, 4) ? p->address + below(p, 250) : p->address);
	memset(at + 18, 0, 6);
	put32(at + 24, p->their_address);
	if (one_in(p, 2))
		at[12] ^= (uint8_t)word(p), at[13] ^= (uint8_t)word(p);
	size_t length = ethernet(p, frame, 0x0806, 28);
	if (one_in(p, 2))
		memset(frame, 0xff, 6);
	return length;
}

/* Answer to the question who we are, so that the host can speak with us. */
static size_t introduce(struct packets *p, uint8_t *frame)
{
	size_t length = arp(p, frame);
	memcpy(frame + ETHERNET + 8, p->mac, 6);
	put32(frame + ETHERNET + 14, p->address);
	return length;
}

static size_t echo(struct packets *p, uint8_t *frame)
{
	uint8_t *at = behind_ipv4(frame);
	size_t length = 8 + below(p, one_in(p, 4) ? 1464 : 64);
	fill(p, at, length);
	at[0] = one_in(p, 5) ? (uint8_t)below(p, 20) : 8;
	at[1] = 0;
	return ipv4(p, frame, p->address, p->their_address, 1, length);
}

/* About something they have sent, or have not. */
static size_t icmp_error(struct packets *p, uint8_t *frame)
{
	static const uint8_t types[] = { 3, 3, 3, 3, 11, 12, 4, 5 };
	uint8_t *at = behind_ipv4(frame);
	unsigned which = below(p, HEARD);
	size_t quoted = p->heard_length[which];
	memset(at, 0, 8);
	at[0] = types[below(p, COUNT(types))];
	at[1] = (uint8_t)below(p, one_in(p, 8) ? 256 : 16);
	if (one_in(p, 3))
		at[1] = 4, put16(at + 6, below(p, 1600));
	memcpy(at + 8, p->heard[which], quoted);
	if (one_in(p, 4))
		quoted = below(p, (uint32_t)quoted + 1);
	return ipv4(p, frame, p->address + below(p, 3), p->their_address, 1, 8 + quoted);
}

static size_t udp(struct packets *p, uint8_t *frame)
{
	uint8_t *at = behind_ipv4(frame);
	size_t length = below(p, one_in(p, 4) ? 1472 : 100);
	put16(at, 1024 + below(p, 4));
	put16(at + 2, one_in(p, 4) ? below(p, 65536) : p->open_udp);
	put16(at + 4, (uint32_t)(8 + length));
	fill(p, at + 8, length);
	uint32_t to = one_in(p, 8) ? 0xffffffff : one_in(p, 8) ? 0xe00000fb : p->their_address;
	return ipv4(p, frame, p->address, to, 17, 8 + length);
}

static uint8_t *option(uint8_t *at, uint8_t code, uint32_t value)
{
	at[0] = code;
	at[1] = 4;
	put32(at + 2, value);
	return at + 6;
}

static size_t dhcp(struct packets *p, uint8_t *frame)
{
	static const uint8_t types[] = { 2, 5, 5, 6, 1, 3 };
	uint8_t *at = behind_ipv4(frame), *message = at + 8, *end = message + 240;
	memset(at, 0, 8 + 240);
	message[0] = 2, message[1] = 1, message[2] = 6;
	put32(message + 4, one_in(p, 8) ? (uint32_t)word(p) : p->dhcp_id);
	put32(message + 16, one_in(p, 4) ? (uint32_t)word(p) : p->their_address);
	memcpy(message + 28, p->their_mac, 6);
	put32(message + 236, 0x63825363);
	*end++ = 53, *end++ = 1, *end++ = types[below(p, COUNT(types))];
	end = option(end, 54, p->address);
	end = option(end, 1, one_in(p, 4) ? (uint32_t)word(p) : 0xffffff00);
	end = option(end, 3, one_in(p, 4) ? (uint32_t)word(p) : p->address);
	end = option(end, 51, one_in(p, 2) ? below(p, 4) : (uint32_t)word(p));
	while (one_in(p, 2)) {
		size_t length = below(p, 40);
		*end++ = (uint8_t)word(p), *end++ = (uint8_t)(one_in(p, 4) ? word(p) : length);
		fill(p, end, length);
		end += length;
	}
	if (!one_in(p, 8))
		*end++ = 255;
	put16(at, 67), put16(at + 2, 68), put16(at + 4, (uint32_t)(end - at));
	return ipv4(p, frame, p->address, one_in(p, 4) ? p->their_address : 0xffffffff, 17, (size_t)(end - at));
}

static struct flow *some_flow(struct packets *p)
{
	struct flow *flow = &p->flows[below(p, FLOWS)];
	for (unsigned i = 0; i < FLOWS && !flow->used; i++)
		flow = &p->flows[below(p, FLOWS)];
	return flow->used ? flow : NULL;
}

static size_t write_options(struct packets *p, uint8_t *at, uint8_t flags, const struct flow *flow)
{
	uint8_t *end = at;
	if (flags & SYN) {
		*end++ = 2, *end++ = 4;
		put16(end, one_in(p, 4) ? below(p, 65536) : 1460), end += 2;
		if (one_in(p, 2))
			*end++ = 1, *end++ = 3, *end++ = 3, *end++ = (uint8_t)below(p, one_in(p, 4) ? 256 : 15);
		if (one_in(p, 2))
			*end++ = 1, *end++ = 1, *end++ = 4, *end++ = 2;
	}
	if (flags & SYN ? one_in(p, 2) : flow && flow->timestamps) {
		*end++ = 1, *end++ = 1, *end++ = 8, *end++ = 10;
		put32(end, one_in(p, 8) ? (uint32_t)word(p) : 1000), put32(end + 4, flow ? flow->their_timestamp : 0), end += 8;
	}
	if (!(flags & SYN) && flow && one_in(p, 3)) { /* SACK, near what they have sent */
		unsigned blocks = 1 + below(p, 2);
		*end++ = 1, *end++ = 1, *end++ = 5, *end++ = (uint8_t)(2 + 8 * blocks);
		for (; blocks; blocks--, end += 8) {
			uint32_t from = flow->ack - 3000 + below(p, 3500);
			put32(end, from), put32(end + 4, from + (one_in(p, 4) ? (uint32_t)word(p) : below(p, 3000)));
		}
	}
	if (one_in(p, 10)) {
		size_t n = below(p, 9);
		fill(p, end, n), end += n;
	}
	while ((end - at) % 4)
		*end++ = one_in(p, 2);
	return (size_t)(end - at) > 40 ? 40 : (size_t)(end - at);
}

static size_t segment(struct packets *p, uint8_t *frame, const struct flow *flow, uint8_t flags, uint32_t seq, uint32_t ack, size_t length)
{
	uint8_t *at = behind_ipv4(frame);
	size_t options = write_options(p, at + 20, flags, flow);
	put16(at, flow->port), put16(at + 2, flow->their_port);
	put32(at + 4, seq), put32(at + 8, ack);
	at[12] = (uint8_t)((20 + options) / 4 << 4);
	at[13] = flags;
	put16(at + 14, one_in(p, 8) ? 0 : one_in(p, 4) ? below(p, 3000) : 65535);
	put32(at + 16, one_in(p, 8) ? (uint32_t)word(p) : 0);
	fill(p, at + 20 + options, length);
	return ipv4(p, frame, flow->address, p->their_address, 6, 20 + options + length);
}

static size_t tcp_open(struct packets *p, uint8_t *frame)
{
	struct flow *flow = &p->flows[below(p, FLOWS)];
	if (flow->used && !one_in(p, 3))
		return segment(p, frame, flow, SYN, (uint32_t)word(p), 0, 0); /* of a connection that exists */
	*flow = (struct flow){ .used = true, .address = p->address + (one_in(p, 4) ? below(p, 3) : 0), .port = (uint16_t)(1024 + below(p, 60000)), .their_port = p->open_tcp, .seq = (uint32_t)word(p) };
	if (one_in(p, 10)) /* from themselves to themselves */
		flow->address = p->their_address, flow->port = flow->their_port;
	size_t n = segment(p, frame, flow, one_in(p, 10) ? (uint8_t)word(p) : SYN, flow->seq, 0, one_in(p, 10) ? below(p, 1000) : 0);
	flow->seq++;
	flow->timestamps = false;
	const uint8_t *at = behind_ipv4(frame);
	for (const uint8_t *o = at + 20, *end = at + (at[12] >> 4) * 4; o + 1 < end && *o != 0; o += *o == 1 ? 1 : o[1] < 2 ? end - o : o[1])
		flow->timestamps |= *o == 8;
	return n;
}

/* Something for a connection, near what is expected. */
static size_t tcp_go_on(struct packets *p, uint8_t *frame)
{
	static const uint8_t usual[] = { ACK, ACK, ACK | PSH, ACK | PSH, ACK | FIN, SYN | ACK, RST, RST | ACK, ACK | URG, FIN, 0, SYN, ACK | FIN | PSH };
	struct flow *flow = some_flow(p);
	if (!flow)
		return tcp_open(p, frame);
	uint8_t flags = one_in(p, 40) ? (uint8_t)word(p) : usual[below(p, one_in(p, 12) ? COUNT(usual) : 4)];
	size_t length = one_in(p, 2) ? 0 : one_in(p, 2) ? below(p, 20) : below(p, 1430);
	uint32_t seq = flow->seq, ack = flow->ack;
	if (one_in(p, 4)) /* out of order, repeated, beyond the window */
		seq += one_in(p, 4) ? (uint32_t)word(p) : one_in(p, 2) ? below(p, 8000) : 0u - below(p, 4000);
	else
		flow->seq += (uint32_t)length + !!(flags & FIN);
	if (one_in(p, 6))
		ack += one_in(p, 2) ? (uint32_t)word(p) : below(p, 3000) - 1500;
	return segment(p, frame, flow, flags, seq, ack, length);
}

/* A fragment of a UDP datagram, a ping or a segment; a few packets at a time. */
static size_t fragment(struct packets *p, uint8_t *frame)
{
	static const uint8_t protocols[] = { 1, 6, 17, 255 };
	uint8_t *at = behind_ipv4(frame), *ip = frame + ETHERNET;
	size_t offset = one_in(p, 4) ? below(p, 8192) : below(p, 6) * 8, length = one_in(p, 4) ? below(p, 1480) : one_in(p, 8) ? 0 : 64;
	fill(p, at, length + 8);
	if (!offset) {
		put16(at, 1024), put16(at + 2, p->open_udp), put16(at + 4, 6 * 64), put16(at + 6, 0);
		if (one_in(p, 2))
			at[0] = 8, at[1] = 0;
	}
	size_t n = ipv4(p, frame, p->address, p->their_address, protocols[below(p, COUNT(protocols))], length);
	put16(ip + 4, p->fragment_id + below(p, 3));
	put16(ip + 6, (uint32_t)(offset | (one_in(p, 4) ? 0 : 0x2000)));
	if (one_in(p, 16))
		p->fragment_id++;
	repair(ip, 20 + length);
	return n;
}

static size_t ipv6(struct packets *p, uint8_t *frame)
{
	static const uint8_t nexts[] = { 58, 58, 58, 58, 58, 6, 17, 0, 43, 44, 60, 59 }, kinds[] = { 128, 133, 134, 135, 136, 137, 1, 2, 3, 4, 130, 131, 143 };
	uint8_t *ip = frame + ETHERNET, *at = ip + 40;
	size_t length = 8 + below(p, one_in(p, 4) ? 1400 : 64);
	memset(ip, 0, 40);
	fill(p, at, length);
	ip[0] = 0x60;
	ip[6] = nexts[below(p, COUNT(nexts))];
	ip[7] = 255;
	put16(ip + 4, (uint32_t)length);
	ip[8] = 0xfe, ip[9] = 0x80, ip[23] = (uint8_t)(1 + below(p, 3));
	memcpy(ip + 24, p->their_v6, 16);
	if (one_in(p, 3)) { /* all nodes, or their solicited-node group */
		memset(ip + 24, 0, 13);
		ip[24] = 0xff, ip[25] = 2, ip[39] = one_in(p, 2) ? 1 : ip[39];
		if (ip[39] != 1)
			ip[35] = 1, ip[36] = 0xff;
	}
	if (ip[6] == 58) {
		at[0] = kinds[below(p, COUNT(kinds))];
		at[1] = 0;
		if (at[0] == 135 || at[0] == 136) {
			length = 24 + (one_in(p, 2) ? 8 : 0);
			memcpy(at + 8, p->their_v6, 16);
			at[24] = (uint8_t)(1 + below(p, 2)), at[25] = 1;
		}
		if (at[0] == 134) { /* a router that offers a prefix */
			length = 16 + 32;
			put16(at + 6, below(p, 2000));
			at[16] = 3, at[17] = (uint8_t)(one_in(p, 8) ? below(p, 8) : 4), at[18] = 64, at[19] = 0xc0;
			put32(at + 20, (uint32_t)word(p)), put32(at + 24, (uint32_t)word(p));
			at[32] = 0x20, at[33] = 1, at[34] = 0x0d, at[35] = 0xb8;
		}
		put16(ip + 4, (uint32_t)length);
	} else if (ip[6] == 6 || ip[6] == 17) {
		put16(at + 2, ip[6] == 6 ? p->open_tcp : p->open_udp);
		put16(at + 4, (uint32_t)length);
		if (ip[6] == 6)
			at[12] = 0x50, at[13] = one_in(p, 2) ? SYN : (uint8_t)word(p);
	} else if (ip[6] != 59) { /* extension headers, one behind the other */
		size_t here = 0;
		while (here + 8 <= length) {
			at[here] = one_in(p, 3) ? 58 : nexts[5 + below(p, 7)];
			at[here + 1] = (uint8_t)(one_in(p, 8) ? word(p) : 0);
			here += 8;
		}
	}
	repair(ip, 40 + length);
	return ethernet(p, frame, 0x86dd, 40 + length);
}

/* --- damage --- */

static size_t damage(struct packets *p, uint8_t *frame, size_t length)
{
	static const uint32_t borders[] = { 0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff };
	for (unsigned times = 1 + below(p, 3); times; times--) {
		size_t at = ETHERNET + below(p, (uint32_t)(one_in(p, 2) && length > 60 ? 60 : length) - ETHERNET + 1);
		if (at >= length)
			at = length - 1;
		switch (below(p, 7)) {
		case 0: frame[at] ^= (uint8_t)(1u << below(p, 8)); break;
		case 1: frame[at] = (uint8_t)word(p); break;
		case 2: if (at + 2 <= length) put16(frame + at, borders[below(p, COUNT(borders))]); break;
		case 3: length = 1 + below(p, (uint32_t)length); break;
		case 4: if (length + 64 < MOST_PACKET) { size_t more = below(p, 64); fill(p, frame + length, more); length += more; } break;
		case 5: if (length > ETHERNET + 4) put16(frame + ETHERNET + 2, one_in(p, 2) ? below(p, 65536) : (uint32_t)(length - ETHERNET) + below(p, 9) - 4); break;
		case 6: if (one_in(p, 8)) frame[below(p, 14) % length] = (uint8_t)word(p); break;
		}
		if (length <= ETHERNET)
			return length ? length : 1;
	}
	return length;
}

size_t packets_make(struct packets *p, uint64_t seed, uint64_t step, uint8_t *frame)
{
	static size_t (*const kinds[])(struct packets *, uint8_t *) = {
		arp, echo, icmp_error, icmp_error, udp, udp, dhcp, tcp_open, tcp_open, tcp_go_on, tcp_go_on, tcp_go_on, tcp_go_on, tcp_go_on, tcp_go_on, tcp_go_on, fragment, fragment, ipv6, ipv6, introduce,
	};
	/* every fourth seed: long conversations, seldom disturbed */
	bool polite = seed % 4 == 1;
	p->random = mix(seed + 1) ^ mix(step * 0x9e3779b97f4a7c15u + 7);
	size_t length = polite && step && !one_in(p, 40) ? tcp_go_on(p, frame) : kinds[below(p, COUNT(kinds))](p, frame);
	if (!one_in(p, polite ? 50 : 3))
		return length;
	length = damage(p, frame, length);
	if (!one_in(p, 6) && length > ETHERNET)
		repair(frame + ETHERNET, length - ETHERNET);
	return length;
}

void packets_init(struct packets *p, const uint8_t their_mac[6])
{
	static const uint8_t mac[6] = { 2, 0x66, 0x75, 0x7a, 0x7a, 1 };
	*p = (struct packets){ .address = 0x0a4d0003, .their_address = 0x0a4d0002, .open_tcp = 7, .open_udp = 7 };
	memcpy(p->mac, mac, 6);
	memcpy(p->their_mac, their_mac, 6);
	const uint8_t v6[16] = { 0xfe, 0x80, [8] = their_mac[0] ^ 2, their_mac[1], their_mac[2], 0xff, 0xfe, their_mac[3], their_mac[4], their_mac[5] };
	memcpy(p->their_v6, v6, 16);
}

static void hear_tcp(struct packets *p, const uint8_t *ip, size_t length)
{
	const uint8_t *at = ip + 20;
	size_t header = (at[12] >> 4) * 4u, total = get16(ip + 2);
	uint32_t to = get32(ip + 16);
	struct flow *flow = NULL;
	if (header < 20 || 20 + header > length || total < 20 + header)
		return;
	for (unsigned i = 0; i < FLOWS; i++)
		if (p->flows[i].used && p->flows[i].address == to && p->flows[i].port == get16(at + 2) && p->flows[i].their_port == get16(at))
			flow = &p->flows[i];
	if (!flow && at[13] == SYN && to == p->address) { /* they call us */
		flow = &p->flows[get16(at) % FLOWS];
		*flow = (struct flow){ .used = true, .address = to, .port = get16(at + 2), .their_port = get16(at), .seq = get32(at + 4) * 3 };
	}
	if (!flow)
		return;
	flow->ack = get32(at + 4) + (uint32_t)(total - 20 - header) + !!(at[13] & SYN) + !!(at[13] & FIN);
	if (at[13] & RST)
		flow->used = false;
	for (const uint8_t *o = at + 20, *end = at + header; o + 10 <= end && *o != 0; o += *o == 1 ? 1 : o[1] < 2 ? end - o : o[1])
		if (*o == 8)
			flow->their_timestamp = get32(o + 2);
}

void packets_hear(struct packets *p, const uint8_t *frame, size_t length)
{
	const uint8_t *ip = frame + ETHERNET;
	if (length < ETHERNET + 20 || get16(frame + 12) != 0x0800 || ip[0] != 0x45)
		return;
	size_t some = length - ETHERNET < sizeof(p->heard[0]) ? length - ETHERNET : sizeof(p->heard[0]);
	memcpy(p->heard[p->next_heard], ip, some);
	p->heard_length[p->next_heard] = some;
	p->next_heard = (p->next_heard + 1) % HEARD;
	if (ip[9] == 6 && length >= ETHERNET + 40)
		hear_tcp(p, ip, length - ETHERNET);
	if (ip[9] == 17 && length >= ETHERNET + 28 + 8 && get16(ip + 22) == 67)
		p->dhcp_id = get32(ip + 32);
}
