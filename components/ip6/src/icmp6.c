/* ICMPv6: echo, errors in both directions, and whom other messages are for. RFC 4443. */
#include <rr/abi/errno.h>
#include <rr/string.h>
#include "internal.h"

#define FIRST_INFORMATION 128 /* types below are errors */
#define QUOTED 8u             /* of a transport's header, to know whose packet it was */
#define MOST_MESSAGE 1500u    /* of ND and MLD; more is dropped */

/* Errors of ipv6(7) for the codes of "unreachable", and whether they end a connection that begins. */
static const struct { uint8_t error; bool fatal; } meanings[] = {
	{ ENETUNREACH, false }, { EACCES, true }, { EHOSTUNREACH, false }, { EHOSTUNREACH, false }, { ECONNREFUSED, true }, { EACCES, true }, { EACCES, true },
};

void icmp6_send(struct rr_netdev *device, struct rr_netbuf *packet, const struct rr_ip *from, const struct rr_ip *to, uint8_t hop_limit, bool alert)
{
	struct rr_ip_path path = { .device = device, .source = *from, .next_hop = *to, .mtu = mtu_of(device, to) };
	rr_net_put16(packet->data + 2, 0);
	uint16_t sum = rr_ip_checksum(packet, 0, rr_ip_pseudo_sum(from, to, RR_IP_ICMPV6, packet->total));
	memcpy(packet->data + 2, &sum, sizeof(sum));
	ip6_send(packet, &path, &(struct rr_ip_header){ .from = *from, .to = *to, .protocol = RR_IP_ICMPV6, .ttl = hop_limit, .alert = alert, .may_fragment = true });
}

/* Along the usual path, from `from` or an address that is chosen (any). */
static void send_routed(struct rr_netbuf *packet, const struct rr_ip *from, const struct rr_ip *to)
{
	struct rr_ip_path path;
	if (rr_ip_find_path(to, from, 0, &path)) {
		rr_netbuf_free(packet);
		return;
	}
	rr_net_put16(packet->data + 2, 0);
	uint16_t sum = rr_ip_checksum(packet, 0, rr_ip_pseudo_sum(&path.source, to, RR_IP_ICMPV6, packet->total));
	memcpy(packet->data + 2, &sum, sizeof(sum));
	ip6_send(packet, &path, &(struct rr_ip_header){ .from = path.source, .to = *to, .protocol = RR_IP_ICMPV6, .may_fragment = true });
}

/* The answer is a copy: the packet's buffer may have no room in front. */
static void echo(struct rr_netbuf *packet, const struct rr_ip_received *how)
{
	struct rr_ip any = RR_IP_ANY;
	bool small = packet->total + RR_NETBUF_HEADROOM <= RR_NETBUF_ROOM;
	struct rr_netbuf *answer = rr_netbuf_alloc(RR_NETBUF_HEADROOM);
	struct rr_netbuf *body = small ? NULL : rr_netbuf_alloc_large((uint32_t)rr_align_up(packet->total, RR_PAGE_SIZE));
	if (!answer || (!small && !body)) {
		rr_netbuf_free(answer);
		rr_netbuf_free(body);
		return;
	}
	uint32_t first = small ? packet->total : ICMP6_HEADER;
	rr_netbuf_copy(packet, 0, rr_netbuf_extend(answer, first), first);
	if (body) {
		rr_netbuf_copy(packet, first, rr_netbuf_extend(body, packet->total - first), packet->total - first);
		rr_netbuf_append(answer, body);
	}
	answer->data[0] = ICMP6_ECHO_REPLY;
	send_routed(answer, how->broadcast ? &any : &how->to, &how->from);
}

/* What of our own packet an error quotes: over its headers to the transport's. False: not one of ours, or cut too short. */
static bool quoted(const uint8_t *inner, uint32_t length, const struct rr_ip_received *how, struct rr_ip *from, struct rr_ip *to, struct walk *walk)
{
	unsigned zone = how->device->offloads & RR_NETDEV_LOOPBACK ? 0 : how->device->index;
	if (length < IP6_HEADER || inner[0] >> 4 != 6)
		return false;
	memcpy(from->bytes, inner + 8, 16);
	memcpy(to->bytes, inner + 24, 16);
	if (zone) {
		*from = rr_ip_with_zone(*from, zone);
		*to = rr_ip_with_zone(*to, zone);
	}
	*walk = (struct walk){ .next = inner[6] };
	enum walk_result result = extension_walk(inner + IP6_HEADER, length - IP6_HEADER, walk);
	if (result == WALK_FRAGMENT) {
		struct fragment_header fragment = fragment_parse(inner + IP6_HEADER + walk->at);
		walk->next = fragment.next;
		walk->at += FRAGMENT_HEADER;
		result = fragment.offset ? WALK_DROP : WALK_DONE;
	}
	return result == WALK_DONE && length >= IP6_HEADER + walk->at + QUOTED && rr_ip_is_ours(from);
}

static void undelivered(struct rr_netbuf *packet, const struct rr_ip_received *how, uint8_t type, uint8_t code)
{
	struct rr_ip from, to;
	struct walk walk;
	uint32_t length = rr_min(packet->total, RR_NETBUF_ROOM - RR_NETBUF_HEADROOM), value = rr_net_get32(packet->data + 4);
	if (!rr_netbuf_gather(packet, length) || !quoted(packet->data + ICMP6_HEADER, length - ICMP6_HEADER, how, &from, &to, &walk))
		return;
	const struct rr_ip_protocol *protocol = rr_ip_protocols[walk.next];
	const uint8_t *start = packet->data + ICMP6_HEADER + IP6_HEADER + walk.at;
	if (type == ICMP6_TOO_BIG)
		mtu_learned(&to, value);
	if (!protocol || !protocol->undelivered)
		return;
	rr_ip_news = (struct rr_ip_news){ RR_IP_NEWS_ICMP6, type, code, how->from, packet, ICMP6_HEADER + IP6_HEADER + walk.at };
	if (type == ICMP6_TOO_BIG)
		protocol->undelivered(&from, &to, start, EMSGSIZE, false, rr_max(value, LEAST_MTU));
	else if (type == ICMP6_UNREACHABLE && code < RR_ARRAY_SIZE(meanings))
		protocol->undelivered(&from, &to, start, meanings[code].error, meanings[code].fatal, 0);
	else if (type == ICMP6_TIME_EXCEEDED || type == ICMP6_PARAMETER_PROBLEM)
		protocol->undelivered(&from, &to, start, type == ICMP6_TIME_EXCEEDED ? EHOSTUNREACH : EPROTO, false, 0);
}

/* Neighbour discovery and MLD. RFC 4861, 6.1 and 7.1: what has passed a router is not of this link. */
static void of_the_link(struct rr_netbuf *packet, const struct rr_ip_received *how, uint8_t type)
{
	bool mld = type == ICMP6_MLD_QUERY;
	struct link *link = link_of(how->device);
	if (packet->total > MOST_MESSAGE || !rr_netbuf_gather(packet, packet->total) || !link || how->device->offloads & RR_NETDEV_LOOPBACK)
		return;
	struct message message = { packet->data, packet->total, how, link };
	if (mld)
		mld_queried(&message);
	else if (how->ttl == 255 && !packet->data[1])
		discovery_receive(&message);
}

static void receive(struct rr_netbuf *packet, const struct rr_ip_received *how)
{
	bool good = !rr_ip_is_v4(&how->to) && packet->total >= ICMP6_HEADER && rr_netbuf_gather(packet, ICMP6_HEADER);
	good = good && (how->checked || !rr_ip_checksum(packet, 0, rr_ip_pseudo_sum(&how->from, &how->to, RR_IP_ICMPV6, packet->total)));
	if (good) {
		uint8_t type = packet->data[0], code = packet->data[1];
		switch (type) {
		case ICMP6_ECHO:
			if (!how->broadcast || rr_ip_may_send_error(how->device))
				echo(packet, how);
			break;
		case ICMP6_UNREACHABLE:
		case ICMP6_TOO_BIG:
		case ICMP6_TIME_EXCEEDED:
		case ICMP6_PARAMETER_PROBLEM: undelivered(packet, how, type, code); break;
		case ICMP6_MLD_QUERY:
		case ICMP6_ROUTER_ADVERTISEMENT:
		case ICMP6_NEIGHBOUR_SOLICITATION:
		case ICMP6_NEIGHBOUR_ADVERTISEMENT: of_the_link(packet, how, type); break;
		default: break;
		}
	}
	rr_netbuf_free(packet);
}

void icmp6_send_error(const struct rr_ip_received *how, const uint8_t *header, const struct rr_netbuf *packet, uint8_t type, uint8_t code, uint32_t value, bool multicast_too)
{
	uint8_t first = 0;
	if (packet->length)
		first = packet->data[0];
	if (rr_ip_is_any(&how->from) || (how->broadcast && !multicast_too) || (header[6] == RR_IP_ICMPV6 && first < FIRST_INFORMATION) || !rr_ip_may_send_error(how->device))
		return;
	struct rr_ip any = RR_IP_ANY;
	struct rr_netbuf *answer = rr_netbuf_alloc(RR_NETBUF_HEADROOM);
	uint32_t count = rr_min(packet->total, LEAST_MTU - IP6_HEADER - ICMP6_HEADER - IP6_HEADER);
	if (!answer)
		return;
	uint8_t *at = rr_netbuf_extend(answer, ICMP6_HEADER + IP6_HEADER + count);
	at[0] = type;
	at[1] = code;
	rr_net_put32(at + 4, value);
	memcpy(at + ICMP6_HEADER, header, IP6_HEADER);
	rr_netbuf_copy(packet, 0, at + ICMP6_HEADER + IP6_HEADER, count);
	send_routed(answer, how->broadcast ? &any : &how->to, &how->from);
}

void icmp6_init(void)
{
	static const struct rr_ip_protocol protocol = { receive, NULL };
	rr_ip_set_protocol(RR_IP_ICMPV6, &protocol);
}
