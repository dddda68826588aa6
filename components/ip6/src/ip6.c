/* Packets: RFC 8200. */
#include <rr/abi/errno.h>
#include <rr/heap.h>
#include <rr/random.h>
#include <rr/string.h>
#include "internal.h"

#define DEFAULT_HOP_LIMIT 64
#define MOST_DEVICES 65u
#define MOST_EXTENSIONS 512u /* bytes; what has more is dropped */
#define MOST_PAYLOAD 65535u
#define ALERT_SIZE 8u
#define UNKNOWN_NEXT_HEADER 1
#define INCOMPLETE_FIRST_FRAGMENT 3 /* RFC 7112 */

static struct link *links[MOST_DEVICES];

struct link *link_of(const struct rr_netdev *device) { return device->index < MOST_DEVICES ? links[device->index] : NULL; }

static void fill(uint8_t *at, const struct rr_ip_path *path, const struct rr_ip_header *header, uint32_t payload, uint8_t next)
{
	const struct link *link = link_of(path->device);
	bool local = path->device->offloads & RR_NETDEV_LOOPBACK; /* where zones may stay */
	struct rr_ip from = local ? header->from : rr_ip_without_zone(header->from), to = local ? header->to : rr_ip_without_zone(header->to);
	rr_net_put32(at, 6u << 28 | (uint32_t)header->traffic_class << 20);
	rr_net_put16(at + 4, (uint16_t)payload);
	at[6] = next;
	at[7] = header->ttl ? header->ttl : link && link->hop_limit ? link->hop_limit : DEFAULT_HOP_LIMIT;
	memcpy(at + 8, from.bytes, 16);
	memcpy(at + 24, to.bytes, 16);
}

static int out(struct rr_netbuf *packet, const struct rr_ip_path *path, const struct rr_ip_header *header, uint8_t next)
{
	static const uint8_t alert[ALERT_SIZE] = { [2] = 5, [3] = 2, [6] = 1 }; /* RFC 2711: MLD's; PadN */
	uint32_t headers = IP6_HEADER;
	if (header->alert) {
		uint8_t *at = rr_netbuf_push(packet, ALERT_SIZE);
		memcpy(at, alert, ALERT_SIZE);
		at[0] = next;
		next = NEXT_HOP_BY_HOP;
		headers += ALERT_SIZE;
	}
	uint32_t payload = packet->total;
	fill(rr_netbuf_push(packet, IP6_HEADER), path, header, payload, next);
	packet->csum_start = (uint16_t)(packet->csum_start + headers);
	packet->header_length = (uint16_t)(packet->header_length + headers);
	if (path->device->offloads & RR_NETDEV_LOOPBACK)
		return rr_ip_transmit(path->device, packet);
	if (rr_ip_is_multicast(&path->next_hop)) { /* RFC 2464, 7 */
		uint8_t mac[6] = { 0x33, 0x33 };
		memcpy(mac + 2, path->next_hop.bytes + 12, 4);
		return rr_ip_ethernet_send(path->device, packet, mac, RR_ETHER_IPV6);
	}
	return neighbour_send(path->device, packet, &path->next_hop);
}

/* 4.5 */
static int fragment(struct rr_netbuf *packet, const struct rr_ip_path *path, const struct rr_ip_header *header)
{
	uint32_t room = rr_min(path->mtu - IP6_HEADER - FRAGMENT_HEADER, RR_NETBUF_ROOM - RR_NETBUF_HEADROOM) & ~7u, total = packet->total;
	uint32_t id = (uint32_t)rr_random_word();
	int error = 0;
	if (packet->flags & RR_NETBUF_NEEDS_CSUM)
		rr_ip_finish_checksum(packet, header->protocol);
	for (uint32_t at = 0; at < total && !error; at += room) {
		uint32_t length = rr_min(room, total - at);
		struct rr_netbuf *part = rr_netbuf_alloc(RR_NETBUF_HEADROOM);
		if (!part) {
			error = -ENOBUFS;
			break;
		}
		rr_netbuf_copy(packet, at, rr_netbuf_extend(part, length), length);
		uint8_t *own = rr_netbuf_push(part, FRAGMENT_HEADER);
		own[0] = header->protocol;
		own[1] = 0;
		rr_net_put16(own + 2, (uint16_t)(at | (at + length < total)));
		rr_net_put32(own + 4, id);
		error = out(part, path, header, NEXT_FRAGMENT);
	}
	rr_netbuf_free(packet);
	return error;
}

int ip6_send(struct rr_netbuf *packet, const struct rr_ip_path *path, const struct rr_ip_header *header)
{
	uint32_t headers = IP6_HEADER + (header->alert ? ALERT_SIZE : 0);
	if (packet->gso || packet->total + headers <= path->mtu)
		return out(packet, path, header, header->protocol);
	if (header->may_fragment && packet->total <= MOST_PAYLOAD && path->mtu >= LEAST_MTU && !header->alert)
		return fragment(packet, path, header);
	rr_netbuf_free(packet);
	return -EMSGSIZE;
}

/* The addresses of a packet; false: it is damaged, cannot have come from there, or is not for us. */
static bool check(struct rr_netdev *device, struct rr_netbuf *packet, struct rr_ip_received *how)
{
	bool local = device->offloads & RR_NETDEV_LOOPBACK;
	if (packet->total < IP6_HEADER || !rr_netbuf_gather(packet, IP6_HEADER) || packet->data[0] >> 4 != 6)
		return false;
	const uint8_t *at = packet->data;
	uint32_t payload = rr_net_get16(at + 4);
	if (payload > packet->total - IP6_HEADER)
		return false;
	memcpy(how->from.bytes, at + 8, 16);
	memcpy(how->to.bytes, at + 24, 16);
	if (!local) { /* zones are ours to give; RFC 4291, 2.5.3: ::1 is never on a link; 4007, 9: nor is what stays within a machine */
		bool zoned = rr_ip_zone(&how->from) || rr_ip_zone(&how->to);
		if (zoned || rr_ip_is_loopback(&how->from) || rr_ip_is_loopback(&how->to) || rr_ip_is_v4(&how->from) || rr_ip_is_v4(&how->to) ||
		    (how->to.bytes[0] == 0xff && (how->to.bytes[1] & 15) <= 1))
			return false;
		how->from = rr_ip_with_zone(how->from, device->index);
		how->to = rr_ip_with_zone(how->to, device->index);
	}
	if (rr_ip_is_multicast(&how->from))
		return false;
	how->traffic_class = (uint8_t)(rr_net_get16(at) >> 4);
	how->ttl = at[7];
	rr_netbuf_trim(packet, IP6_HEADER + payload); /* short frames come with padding */
	how->broadcast = rr_ip_is_multicast(&how->to);
	return how->broadcast ? rr_ip_is_member(device, &how->to) : rr_ip_is_ours(&how->to);
}

/* A fragment's packet, once it is whole, or a fragment that is one (RFC 6946), beginning behind the fragment header; `walk` goes on there. NULL: not yet. */
static struct rr_netbuf *take_fragment(struct rr_netbuf *packet, struct rr_ip_received *how, const uint8_t *header, struct walk *walk)
{
	struct fragment_header what = fragment_parse(packet->data + walk->at);
	uint32_t length = packet->total - walk->at - FRAGMENT_HEADER;
	if (what.more && length % 8) {
		icmp6_send_error(how, header, packet, ICMP6_PARAMETER_PROBLEM, 0, 4, false);
		rr_netbuf_free(packet);
		return NULL;
	}
	if (!what.offset && what.more) { /* all headers must be in the first: RFC 7112 */
		struct walk inner = { .next = what.next };
		if (extension_walk(packet->data + walk->at + FRAGMENT_HEADER, rr_min(length, packet->length - walk->at - FRAGMENT_HEADER), &inner) == WALK_DROP) {
			icmp6_send_error(how, header, packet, ICMP6_PARAMETER_PROBLEM, INCOMPLETE_FIRST_FRAGMENT, 0, false);
			rr_netbuf_free(packet);
			return NULL;
		}
	}
	rr_netbuf_pull(packet, walk->at + FRAGMENT_HEADER);
	how->checked = false;
	*walk = (struct walk){ .next = what.next, .named_at = IP6_HEADER };
	if (!what.offset && !what.more)
		return packet;
	struct rr_ip_fragment fragment = { .from = how->from, .to = how->to, .id = what.id, .next = what.next, .more = what.more, .offset = what.offset };
	packet = rr_ip_reassemble(&fragment, packet);
	walk->next = fragment.next;
	return packet;
}

/* Over all headers to the transport's. NULL: the packet is gone. */
static struct rr_netbuf *pass_extensions(struct rr_netbuf *packet, struct rr_ip_received *how, const uint8_t *header, struct walk *walk)
{
	bool was_cut = false;
	for (;;) {
		uint32_t visible = rr_min(packet->total, MOST_EXTENSIONS);
		if (!rr_netbuf_gather(packet, visible))
			break;
		enum walk_result result = extension_walk(packet->data, visible, walk);
		if (result == WALK_DONE && walk->at <= packet->length) {
			rr_netbuf_pull(packet, walk->at);
			return packet;
		}
		if (result == WALK_PROBLEM)
			icmp6_send_error(how, header, packet, ICMP6_PARAMETER_PROBLEM, walk->code, walk->pointer, walk->multicast_too);
		if (result != WALK_FRAGMENT || was_cut)
			break;
		was_cut = true;
		packet = take_fragment(packet, how, header, walk);
		if (!packet)
			return NULL;
	}
	rr_netbuf_free(packet);
	return NULL;
}

static bool is_extension(uint8_t next) { return next == NEXT_HOP_BY_HOP || next == NEXT_ROUTING || next == NEXT_FRAGMENT || next == NEXT_DESTINATION; }

static void receive(struct rr_netdev *device, struct rr_netbuf *packet)
{
	struct rr_ip_received how = { .device = device };
	uint8_t header[IP6_HEADER];
	if (!link_of(device) || !check(device, packet, &how)) {
		rr_netbuf_free(packet);
		return;
	}
	how.checked = packet->flags & (RR_NETBUF_DATA_VALID | RR_NETBUF_NEEDS_CSUM) || device->offloads & RR_NETDEV_LOOPBACK;
	memcpy(header, packet->data, IP6_HEADER);
	rr_netbuf_pull(packet, IP6_HEADER);
	struct walk walk = { .next = header[6], .named_at = 6 };
	if (is_extension(walk.next) && !(packet = pass_extensions(packet, &how, header, &walk)))
		return;
	how.protocol = walk.next;
	bool taken = rr_ip_raw && rr_ip_raw(packet, &how, NULL, 0);
	const struct rr_ip_protocol *protocol = how.protocol == RR_IP_ICMP || how.protocol == RR_IP_IGMP ? NULL : rr_ip_protocols[how.protocol];
	if (protocol) {
		protocol->receive(packet, &how);
		return;
	}
	if (how.protocol != NEXT_NONE && !taken)
		icmp6_send_error(&how, header, packet, ICMP6_PARAMETER_PROBLEM, UNKNOWN_NEXT_HEADER, walk.named_at, false);
	rr_netbuf_free(packet);
}

/* The IP header is gone by now: one with what counts in it is quoted. */
static void port_unreachable(struct rr_netbuf *packet, const struct rr_ip_received *how)
{
	enum { PORT = 4 };
	uint8_t header[IP6_HEADER];
	struct rr_ip_path path = { .device = how->device };
	fill(header, &path, &(struct rr_ip_header){ .from = how->from, .to = how->to, .ttl = how->ttl, .traffic_class = how->traffic_class }, packet->total, how->protocol);
	icmp6_send_error(how, header, packet, ICMP6_UNREACHABLE, PORT, 0, false);
}

static void added(struct rr_netdev *device)
{
	if (device->index >= MOST_DEVICES || links[device->index] || device->mtu < LEAST_MTU)
		return;
	struct link *link = rr_zalloc(1, sizeof(*link));
	if (!link)
		return;
	link->device = device;
	links[device->index] = link;
	autoconf_begin(link);
}

static void changed(struct rr_netdev *device)
{
	struct link *link = link_of(device);
	if (link && device->link)
		autoconf_solicit(link); /* a new network, perhaps: who is the router here? */
}

static void follow(struct rr_netdev *device)
{
	struct link *link = link_of(device);
	if (!link || device->offloads & RR_NETDEV_LOOPBACK)
		return;
	link->follows = true;
	autoconf_solicit(link);
}

void rr_ip6_init(void);
void rr_ip6_init(void)
{
	static const struct rr_ip6 ip6 = { .added = added, .changed = changed, .receive = receive, .send = ip6_send, .port_unreachable = port_unreachable,
		.choose_source = source_choose, .mtu = mtu_of, .address = autoconf_address, .report = mld_report, .follow_routers = follow, .get_neighbour = neighbour_get,
		.doubt = neighbour_doubt };
	icmp6_init();
	rr_ip_set_v6(&ip6);
}
