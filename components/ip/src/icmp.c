/* ICMP: echo, and news of packets that did not arrive. RFC 792, 1122 section 3.2.2, 1191. */
#include <rr/abi/errno.h>
#include <rr/string.h>
#include "internal.h"

enum { ECHO_REPLY = 0, UNREACHABLE = 3, ECHO = 8, TIME_EXCEEDED = 11, PARAMETER_PROBLEM = 12 };
#define ICMP_HEADER 8u
#define QUOTED 8u      /* at least, of what is behind the IP header */
#define MOST_QUOTED 548u /* of a packet, so that the message is no longer than what everybody takes: RFC 1812, 4.3.2.3 */
#define NEEDS_FRAGMENTATION 4
#define ERRORS_A_SECOND 50u

/* Errors of icmp(7) for the codes of UNREACHABLE, and whether they end a connection that begins. */
static const struct { uint8_t error; bool fatal; } meanings[] = {
	{ ENETUNREACH, false }, { EHOSTUNREACH, false }, { ENOPROTOOPT, true }, { ECONNREFUSED, true }, { EMSGSIZE, false }, { EOPNOTSUPP, false },
	{ ENETUNREACH, true }, { EHOSTDOWN, true }, { ENONET, true }, { ENETUNREACH, true }, { EHOSTUNREACH, true }, { ENETUNREACH, false },
	{ EHOSTUNREACH, false }, { EHOSTUNREACH, true }, { EHOSTUNREACH, true }, { EHOSTUNREACH, true },
};

static void send(struct rr_netbuf *packet, const struct rr_ip *from, const struct rr_ip *to)
{
	struct rr_ip_path path;
	if (rr_ip_find_path(to, from, 0, &path)) {
		rr_netbuf_free(packet);
		return;
	}
	rr_net_put16(packet->data + 2, 0);
	uint16_t sum = rr_ip_checksum(packet, 0, 0);
	memcpy(packet->data + 2, &sum, sizeof(sum));
	rr_ip_send(packet, &path, &(struct rr_ip_header){ .from = *from, .to = *to, .protocol = RR_IP_ICMP, .may_fragment = true });
}

/* The answer is a copy: the packet's buffer may have no room in front. */
static void echo(struct rr_netbuf *packet, const struct rr_ip_received *how)
{
	struct rr_netbuf *answer = packet->total + RR_NETBUF_HEADROOM <= RR_NETBUF_ROOM ? rr_netbuf_alloc(RR_NETBUF_HEADROOM) : NULL;
	struct rr_netbuf *body = NULL;
	if (!answer) { /* large ones in a piece of their own */
		answer = rr_netbuf_alloc(RR_NETBUF_HEADROOM);
		body = rr_netbuf_alloc_large((uint32_t)rr_align_up(packet->total, RR_PAGE_SIZE));
		if (!answer || !body) {
			rr_netbuf_free(answer);
			rr_netbuf_free(body);
			return;
		}
		rr_netbuf_copy(packet, 0, rr_netbuf_extend(answer, ICMP_HEADER), ICMP_HEADER);
		rr_netbuf_copy(packet, ICMP_HEADER, rr_netbuf_extend(body, packet->total - ICMP_HEADER), packet->total - ICMP_HEADER);
		rr_netbuf_append(answer, body);
	} else {
		rr_netbuf_copy(packet, 0, rr_netbuf_extend(answer, packet->total), packet->total);
	}
	answer->data[0] = ECHO_REPLY;
	send(answer, &how->to, &how->from);
}

static void undelivered(struct rr_netbuf *packet, const struct rr_ip_received *how, uint8_t type, uint8_t code)
{
	if (packet->total < ICMP_HEADER + IPV4_HEADER + QUOTED)
		return;
	uint32_t length = rr_min(packet->total, ICMP_HEADER + 60 + QUOTED), from, to;
	if (!rr_netbuf_gather(packet, length))
		return;
	const uint8_t *inner = packet->data + ICMP_HEADER;
	uint32_t header = (inner[0] & 15u) * 4;
	if (inner[0] >> 4 != 4 || header < IPV4_HEADER || ICMP_HEADER + header + QUOTED > length)
		return;
	memcpy(&from, inner + 12, 4);
	memcpy(&to, inner + 16, 4);
	struct rr_ip source = rr_ip_v4(from), target = rr_ip_v4(to);
	const struct rr_ip_protocol *protocol = rr_ip_protocols[inner[9]];
	if (!rr_ip_equal(&source, &how->to) || !protocol || !protocol->undelivered)
		return;
	rr_ip_news = (struct rr_ip_news){ RR_IP_NEWS_ICMP, type, code, how->from, packet, ICMP_HEADER + header };
	if (type == UNREACHABLE && code < RR_ARRAY_SIZE(meanings))
		protocol->undelivered(&source, &target, inner + header, meanings[code].error, meanings[code].fatal,
		                      code == NEEDS_FRAGMENTATION ? rr_net_get16(packet->data + 6) : 0);
	else if (type != UNREACHABLE)
		protocol->undelivered(&source, &target, inner + header, type == TIME_EXCEEDED ? EHOSTUNREACH : EPROTO, false, 0);
}

static void receive(struct rr_netbuf *packet, const struct rr_ip_received *how)
{
	if (packet->total >= ICMP_HEADER && rr_netbuf_gather(packet, ICMP_HEADER) && !rr_ip_checksum(packet, 0, 0)) {
		uint8_t type = packet->data[0], code = packet->data[1];
		if (type == ECHO && !how->broadcast)
			echo(packet, how);
		else if (type == UNREACHABLE || type == TIME_EXCEEDED || type == PARAMETER_PROBLEM)
			undelivered(packet, how, type, code);
	}
	rr_netbuf_free(packet);
}

bool rr_ip_may_send_error(const struct rr_netdev *device)
{
	static uint64_t second;
	static unsigned sent;
	uint64_t now = rr_clock_monotonic() / RR_NSEC_PER_SEC;
	if (device->offloads & RR_NETDEV_LOOPBACK)
		return true;
	if (now != second) {
		second = now;
		sent = 0;
	}
	return sent++ < ERRORS_A_SECOND;
}

void icmp_send_error(const struct rr_ip_received *how, struct rr_netbuf *packet, const uint8_t *header, uint8_t type, uint8_t code)
{
	/* RFC 1122, 3.2.2: not about broadcasts, fragments but the first, or ICMP */
	if (how->broadcast || rr_net_get16(header + 6) & 0x1fff || how->protocol == RR_IP_ICMP || !rr_ip_may_send_error(how->device))
		return;
	struct rr_netbuf *answer = rr_netbuf_alloc(RR_NETBUF_HEADROOM);
	uint32_t header_length = (header[0] & 15u) * 4, quoted = rr_min(packet->total, MOST_QUOTED - header_length);
	if (!answer)
		return;
	uint8_t *at = rr_netbuf_extend(answer, ICMP_HEADER + header_length + quoted);
	memset(at, 0, ICMP_HEADER);
	at[0] = type;
	at[1] = code;
	memcpy(at + ICMP_HEADER, header, header_length);
	rr_netbuf_copy(packet, 0, at + ICMP_HEADER + header_length, quoted);
	send(answer, &how->to, &how->from);
}

#define PORT_UNREACHABLE 3

/* The IP header is gone by now: one with what counts in it is quoted. */
void rr_ip_port_unreachable(struct rr_netbuf *packet, const struct rr_ip_received *how)
{
	uint8_t header[IPV4_HEADER] = { 0x45, how->traffic_class };
	if (!rr_ip_is_v4(&how->from)) {
		rr_ip6->port_unreachable(packet, how);
		return;
	}
	rr_net_put16(header + 2, (uint16_t)(IPV4_HEADER + packet->total));
	header[8] = how->ttl;
	header[9] = how->protocol;
	memcpy(header + 12, &how->from.words[3], 4);
	memcpy(header + 16, &how->to.words[3], 4);
	icmp_send_error(how, packet, header, UNREACHABLE, PORT_UNREACHABLE);
}

void icmp_init(void)
{
	static const struct rr_ip_protocol protocol = { receive, NULL };
	rr_ip_set_protocol(RR_IP_ICMP, &protocol);
}
