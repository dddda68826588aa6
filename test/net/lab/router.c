/* What the network itself answers: DHCP for who is inside, and ICMP about what it does not carry. */
#include "lab.h"
#include <arpa/inet.h>
#include <string.h>

#define IP ETHERNET
#define ICMP_HEADER 8u
#define NEEDS_FRAGMENTATION 4

static uint16_t get16(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }
static uint32_t get32(const uint8_t *at) { return (uint32_t)get16(at) << 16 | get16(at + 2); }
static void put16(uint8_t *at, uint32_t value) { at[0] = (uint8_t)(value >> 8), at[1] = (uint8_t)value; }
static void put32(uint8_t *at, uint32_t value) { put16(at, value >> 16), put16(at + 2, value); }

static uint16_t checksum(const uint8_t *at, size_t length)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < length; i++)
		sum += i % 2 ? at[i] : (uint32_t)at[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* An IPv4 header for `length` bytes behind it. */
static void ip_header(uint8_t *at, uint32_t from, uint32_t to, uint8_t protocol, size_t length)
{
	memset(at, 0, 20);
	at[0] = 0x45;
	put16(at + 2, (uint32_t)(20 + length));
	at[8] = 64;
	at[9] = protocol;
	put32(at + 12, from);
	put32(at + 16, to);
	put16(at + 10, checksum(at, 20));
}

static bool is_ipv4(const uint8_t *frame, size_t length) { return length >= IP + 20 && get16(frame + 12) == 0x0800 && frame[IP] >> 4 == 4; }

bool router_answers_dhcp(const uint8_t *frame, size_t length)
{
	static const uint8_t mac[6] = { 2, 0x4c, 0x41, 0x42, 0, 1 }, magic[4] = { 99, 130, 83, 99 };
	uint8_t answer[ETHERNET + 20 + 8 + 300] = { 0 }, *udp = answer + IP + 20, *message = udp + 8, *option = message + 240, type = 0;
	if (!is_ipv4(frame, length) || frame[IP + 9] != 17 || length < IP + 28 + 244 || get16(frame + IP + 22) != 67)
		return false;
	const uint8_t *asked = frame + IP + 28;
	for (const uint8_t *at = asked + 240; at + 2 < frame + length && *at != 255; at += *at ? 2 + at[1] : 1)
		if (at[0] == 53)
			type = at[2];
	memcpy(message, asked, 44); /* xid, flags, hardware address */
	message[0] = 2;
	put32(message + 16, INSIDE);
	memcpy(message + 236, magic, 4);
	const uint8_t options[] = { 53, 1, type == 1 ? 2 : 5, 54, 4, 10, 77, 0, 1, 1, 4, 255, 255, 255, 0, 3, 4, 10, 77, 0, 1, 51, 4, 0, 1, 0, 0, 255 };
	memcpy(option, options, sizeof(options));
	put16(udp, 67);
	put16(udp + 2, 68);
	put16(udp + 4, 308);
	ip_header(answer + IP, OUTSIDE, 0xffffffff, 17, 308);
	memset(answer, 0xff, 6);
	memcpy(answer + 6, mac, 6);
	put16(answer + 12, 0x0800);
	lab_send(INTO, answer, sizeof(answer));
	return true;
}

static void unreachable(enum direction back, uint32_t from, const uint8_t *frame, size_t length, unsigned code, unsigned mtu)
{
	uint8_t answer[ETHERNET + 20 + ICMP_HEADER + 576] = { 0 }, *icmp = answer + IP + 20;
	size_t quoted = length - IP < 548 ? length - IP : 548;
	memcpy(answer, frame + 6, 6);
	memcpy(answer + 6, frame, 6);
	put16(answer + 12, 0x0800);
	icmp[0] = 3;
	icmp[1] = (uint8_t)code;
	put16(icmp + 6, mtu);
	memcpy(icmp + ICMP_HEADER, frame + IP, quoted);
	put16(icmp + 2, checksum(icmp, ICMP_HEADER + quoted));
	ip_header(answer + IP, from, get32(frame + IP + 12), 1, ICMP_HEADER + quoted);
	lab_send(back, answer, IP + 20 + ICMP_HEADER + quoted);
}

bool router_has_no_route(const uint8_t *frame, size_t length)
{
	if (!is_ipv4(frame, length) || get32(frame + IP + 16) >> 16 != NOWHERE >> 16)
		return false;
	unsigned code = frame[IP + 18];
	if (code < 16)
		unreachable(INTO, OUTSIDE, frame, length, code, 0);
	return true;
}

/* RFC 4443, 3.2: as if from the packet's destination. */
static void too_big_v6(enum direction back, const uint8_t *frame, size_t length, unsigned mtu)
{
	enum { HEADER = 40, MOST = 1280 };
	uint8_t answer[ETHERNET + MOST] = { 0 }, sum[HEADER + MOST] = { 0 }, *ip = answer + IP, *icmp = ip + HEADER;
	size_t quoted = length - IP < MOST - HEADER - ICMP_HEADER ? length - IP : MOST - HEADER - ICMP_HEADER, size = ICMP_HEADER + quoted;
	memcpy(answer, frame + 6, 6);
	memcpy(answer + 6, frame, 6);
	put16(answer + 12, 0x86dd);
	ip[0] = 0x60;
	put16(ip + 4, (uint32_t)size);
	ip[6] = 58;
	ip[7] = 64;
	memcpy(ip + 8, frame + IP + 24, 16);
	memcpy(ip + 24, frame + IP + 8, 16);
	icmp[0] = 2;
	put32(icmp + 4, mtu);
	memcpy(icmp + ICMP_HEADER, frame + IP, quoted);
	memcpy(sum, ip + 8, 32); /* the pseudo header */
	put32(sum + 32, (uint32_t)size);
	sum[39] = 58;
	memcpy(sum + HEADER, icmp, size);
	put16(icmp + 2, checksum(sum, HEADER + size));
	lab_send(back, answer, IP + HEADER + size);
}

static bool is_ipv6(const uint8_t *frame, size_t length) { return length >= IP + 40 && get16(frame + 12) == 0x86dd && frame[IP] >> 4 == 6; }

void router_too_big(enum direction direction, const uint8_t *frame, size_t length, unsigned mtu)
{
	if (is_ipv4(frame, length) && frame[IP + 6] & 0x40)
		unreachable(direction == INTO ? OUT_OF : INTO, get32(frame + IP + 16), frame, length, NEEDS_FRAGMENTATION, mtu);
	else if (is_ipv6(frame, length) && frame[IP + 24] != 0xff)
		too_big_v6(direction == INTO ? OUT_OF : INTO, frame, length, mtu);
}
