/* Messages of neighbour discovery: RFC 4861, sections 4, 6.1 and 7. Redirects are not followed: a host may leave them alone, and they are a way to be misled. */
#include <rr/string.h>
#include "internal.h"

#define SOLICITATION 24u /* and advertisement, without options */
#define LINK_OPTION 8u
#define IS_ROUTER 0x80
#define SOLICITED 0x40
#define OVERRIDE 0x20
#define HOP_LIMIT 255

static const struct rr_ip all_nodes = { .bytes = { 0xff, 2, [15] = 1 } }, all_routers = { .bytes = { 0xff, 2, [15] = 2 } };

struct rr_ip solicited_node(const struct rr_ip *address)
{
	struct rr_ip group = { .bytes = { 0xff, 2, [11] = 1, 0xff } };
	memcpy(group.bytes + 13, address->bytes + 13, 3);
	return group;
}

static uint8_t *put_link(uint8_t *at, uint8_t type, const struct rr_netdev *device)
{
	at[0] = type;
	at[1] = LINK_OPTION / 8;
	memcpy(at + 2, device->mac, 6);
	return at + LINK_OPTION;
}

static struct rr_netbuf *make(uint8_t type, const struct rr_ip *target, uint32_t option_room)
{
	struct rr_netbuf *packet = rr_netbuf_alloc(RR_NETBUF_HEADROOM);
	struct rr_ip wire = rr_ip_without_zone(*target);
	if (!packet)
		return NULL;
	uint8_t *at = rr_netbuf_extend(packet, SOLICITATION + option_room);
	memset(at, 0, SOLICITATION + option_room);
	at[0] = type;
	memcpy(at + 8, wire.bytes, 16);
	return packet;
}

/* An address of ours that is known to be ours alone: who asks with another one must not be believed (RFC 4429, 3.2). */
static bool is_settled(const struct rr_netdev *device, const struct rr_ip *own)
{
	const struct rr_ip_address *address = rr_ip_find_address(device, own);
	return address && !(address->flags & RR_IP_TENTATIVE);
}

void discovery_solicit(struct rr_netdev *device, const struct rr_ip *target, const uint8_t *mac)
{
	struct rr_ip own, to = mac ? *target : solicited_node(target);
	if (!source_choose(device, target, &own))
		return;
	bool settled = is_settled(device, &own);
	struct rr_netbuf *packet = make(ICMP6_NEIGHBOUR_SOLICITATION, target, settled ? LINK_OPTION : 0);
	if (!packet)
		return;
	if (settled)
		put_link(packet->data + SOLICITATION, ND_SOURCE_LINK, device);
	icmp6_send(device, packet, &own, &to, HOP_LIMIT, false);
}

void discovery_probe(struct rr_netdev *device, const struct rr_ip *target, const uint8_t nonce[NONCE_SIZE])
{
	struct rr_ip any = RR_IP_ANY, to = solicited_node(target);
	struct rr_netbuf *packet = make(ICMP6_NEIGHBOUR_SOLICITATION, target, LINK_OPTION);
	if (!packet)
		return;
	uint8_t *option = packet->data + SOLICITATION;
	option[0] = ND_NONCE; /* RFC 7527: some networks give us back what we send */
	option[1] = LINK_OPTION / 8;
	memcpy(option + 2, nonce, NONCE_SIZE);
	icmp6_send(device, packet, &any, &to, HOP_LIMIT, false);
}

void discovery_solicit_routers(struct link *link)
{
	bool settled = is_settled(link->device, &link->local);
	struct rr_ip from = settled ? link->local : RR_IP_ANY;
	struct rr_netbuf *packet = rr_netbuf_alloc(RR_NETBUF_HEADROOM);
	if (!packet)
		return;
	uint8_t *at = rr_netbuf_extend(packet, 8 + (settled ? LINK_OPTION : 0));
	memset(at, 0, 8);
	at[0] = ICMP6_ROUTER_SOLICITATION;
	if (settled)
		put_link(at + 8, ND_SOURCE_LINK, link->device);
	icmp6_send(link->device, packet, &from, &all_routers, HOP_LIMIT, false);
}

/* Say that `target` is ours: to who asked, or to all. */
static void advertise(struct rr_netdev *device, const struct rr_ip *target, const struct rr_ip *to)
{
	bool settled = is_settled(device, target), asked = !rr_ip_is_any(to);
	struct rr_netbuf *packet = make(ICMP6_NEIGHBOUR_ADVERTISEMENT, target, LINK_OPTION);
	if (!packet)
		return;
	packet->data[4] = (uint8_t)((asked ? SOLICITED : 0) | (settled ? OVERRIDE : 0));
	put_link(packet->data + SOLICITATION, ND_TARGET_LINK, device);
	icmp6_send(device, packet, target, asked ? to : &all_nodes, HOP_LIMIT, false);
}

/* The link-level address an option tells; NULL: there is none. */
static const uint8_t *link_in(const struct message *message, uint32_t start, uint8_t type)
{
	struct nd_option option;
	return nd_option_find(message->at + start, message->length - start, type, NULL, &option) && option.length == LINK_OPTION ? option.at + 2 : NULL;
}

static struct rr_ip target_of(const struct message *message)
{
	struct rr_ip target;
	memcpy(target.bytes, message->at + 8, 16);
	return rr_ip_with_zone(target, message->link->device->index);
}

static void solicited(const struct message *message)
{
	struct rr_netdev *device = message->link->device;
	const struct rr_ip *from = &message->how->from;
	struct rr_ip target = target_of(message), group = solicited_node(&target);
	const uint8_t *mac = link_in(message, SOLICITATION, ND_SOURCE_LINK);
	const struct rr_ip_address *own = rr_ip_find_address(device, &target);
	bool probes = rr_ip_is_any(from);
	if (!own || (probes && (mac || !rr_ip_equal(&message->how->to, &group)))) /* 7.1.1 */
		return;
	if (probes && own->flags & RR_IP_TENTATIVE) { /* two that want the same address: RFC 4862, 5.4.3 */
		struct nd_option nonce;
		bool has_nonce = nd_option_find(message->at + SOLICITATION, message->length - SOLICITATION, ND_NONCE, NULL, &nonce) && nonce.length == LINK_OPTION;
		if (!has_nonce || !autoconf_is_own_probe(&target, nonce.at + 2))
			autoconf_duplicate(message->link, &target);
		return;
	}
	if (mac)
		neighbour_heard(device, from, mac, -1);
	advertise(device, &target, from);
}

static void advertised(const struct message *message)
{
	struct rr_netdev *device = message->link->device;
	struct rr_ip target = target_of(message);
	const struct rr_ip_address *own = rr_ip_find_address(device, &target);
	uint8_t flags = message->at[4];
	if (rr_ip_is_multicast(&target) || (message->how->broadcast && flags & SOLICITED)) /* 7.1.2 */
		return;
	if (own) {
		if (own->flags & RR_IP_TENTATIVE)
			autoconf_duplicate(message->link, &target);
		return;
	}
	neighbour_advertised(device, &target, link_in(message, SOLICITATION, ND_TARGET_LINK), flags & SOLICITED, flags & OVERRIDE, flags & IS_ROUTER);
}

void discovery_receive(const struct message *message)
{
	uint8_t type = message->at[0];
	uint32_t fixed = type == ICMP6_ROUTER_ADVERTISEMENT ? 16 : SOLICITATION;
	if (message->length < fixed || !nd_options_good(message->at + fixed, message->length - fixed))
		return;
	if (type == ICMP6_NEIGHBOUR_SOLICITATION)
		solicited(message);
	else if (type == ICMP6_NEIGHBOUR_ADVERTISEMENT)
		advertised(message);
	else if (message->link->follows && rr_ip_is_link_local(&message->how->from))
		router_advertised(message);
}
