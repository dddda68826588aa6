/* RFC 791, 1122, 6864. */
#include <rr/abi/errno.h>
#include <rr/random.h>
#include <rr/string.h>
#include "internal.h"

#define DONT_FRAGMENT 0x4000
#define MORE_FRAGMENTS 0x2000
#define OFFSET_MASK 0x1fff
#define UNREACHABLE 3
#define PROTOCOL_UNREACHABLE 2

#define ROUTER_ALERT 0x94040000u
#define ALERT_SIZE 4u

/* The checksum of a header, which is zero in it. */
static void finish(uint8_t *at, uint32_t size)
{
	uint32_t sum = 0;
	for (unsigned i = 0; i < size; i += 2)
		sum += rr_net_get16(at + i);
	sum = (sum & 0xffff) + (sum >> 16);
	rr_net_put16(at + 10, (uint16_t)~(sum + (sum >> 16)));
}

static void fill(uint8_t *at, const struct rr_ip_header *header, uint32_t total, uint16_t id, uint16_t fragment)
{
	unsigned size = IPV4_HEADER + (header->alert ? ALERT_SIZE : 0);
	at[0] = (uint8_t)(0x40 | size / 4);
	at[1] = header->traffic_class;
	rr_net_put16(at + 2, (uint16_t)total);
	rr_net_put16(at + 4, id);
	rr_net_put16(at + 6, fragment);
	at[8] = header->ttl ? header->ttl : DEFAULT_TTL;
	at[9] = header->protocol;
	rr_net_put16(at + 10, 0);
	memcpy(at + 12, &header->from.words[3], 4);
	memcpy(at + 16, &header->to.words[3], 4);
	if (header->alert)
		rr_net_put32(at + IPV4_HEADER, ROUTER_ALERT);
	finish(at, size);
}

/* Give a packet with its header to the link. */
static int emit(struct rr_netbuf *packet, const struct rr_ip_path *path)
{
	uint32_t hop = path->next_hop.words[3];
	if (path->device->offloads & RR_NETDEV_LOOPBACK)
		return rr_ip_transmit(path->device, packet);
	if (rr_ip_is_multicast(&path->next_hop)) { /* RFC 1112, 6.4 */
		uint8_t mac[6] = { 0x01, 0x00, 0x5e, path->next_hop.bytes[13] & 0x7f, path->next_hop.bytes[14], path->next_hop.bytes[15] };
		return rr_ip_ethernet_send(path->device, packet, mac, ETHER_IPV4);
	}
	if (address_is_broadcast(path->device, hop))
		return rr_ip_ethernet_send(path->device, packet, NULL, ETHER_IPV4);
	return arp_send(path->device, packet, hop);
}

static int out(struct rr_netbuf *packet, const struct rr_ip_path *path, const struct rr_ip_header *header, uint16_t id, uint16_t fragment)
{
	uint32_t size = IPV4_HEADER + (header->alert ? ALERT_SIZE : 0);
	uint8_t *at = rr_netbuf_push(packet, size);
	packet->csum_start = (uint16_t)(packet->csum_start + size);
	packet->header_length = (uint16_t)(packet->header_length + size);
	fill(at, header, packet->total, id, fragment);
	return emit(packet, path);
}

/* Cut a packet that is too large for the link. Its checksum is made first, since it is of the whole. */
static int fragment(struct rr_netbuf *packet, const struct rr_ip_path *path, const struct rr_ip_header *header, uint16_t id)
{
	uint32_t room = rr_min(path->mtu - IPV4_HEADER, RR_NETBUF_ROOM - RR_NETBUF_HEADROOM) & ~7u, total = packet->total;
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
		error = out(part, path, header, id, (uint16_t)(at / 8 | (at + length < total ? MORE_FRAGMENTS : 0)));
	}
	rr_netbuf_free(packet);
	return error;
}

int ipv4_send(struct rr_netbuf *packet, const struct rr_ip_path *path, const struct rr_ip_header *header)
{
	static uint16_t next_id;
	if (!packet->gso && packet->total + IPV4_HEADER > path->mtu) {
		if (!header->may_fragment || packet->total + IPV4_HEADER > 65535) {
			rr_netbuf_free(packet);
			return -EMSGSIZE;
		}
		if (!next_id)
			next_id = (uint16_t)rr_random_word();
		return fragment(packet, path, header, ++next_id);
	}
	/* what cannot be cut needs no number of its own, but for packets that stand for several */
	if (packet->gso)
		next_id = (uint16_t)(next_id + packet->total / packet->gso_size + 1);
	return out(packet, path, header, packet->gso ? next_id : 0, DONT_FRAGMENT);
}

int rr_ip_send_whole(struct rr_netbuf *packet, const struct rr_ip_path *path)
{
	uint8_t *at = packet->data;
	rr_net_put16(at + 2, (uint16_t)packet->total);
	rr_net_put16(at + 10, 0);
	finish(at, (at[0] & 15u) * 4);
	return emit(packet, path);
}

static bool is_for_us(const struct rr_netdev *device, uint32_t to, bool *broadcast)
{
	struct rr_ip ip = rr_ip_v4(to);
	*broadcast = rr_ip_is_multicast(&ip);
	if (*broadcast)
		return rr_ip_is_member(device, &ip);
	*broadcast = address_is_broadcast(device, to);
	if (*broadcast)
		return true;
	/* RFC 1122, 3.2.1.3 (g): not from outside */
	return rr_ip_is_ours(&ip) && (!rr_ip_is_loopback(&ip) || device->offloads & RR_NETDEV_LOOPBACK);
}

/* Length of the header, 0: damaged, or not for us. */
static uint32_t check(const struct rr_netdev *device, struct rr_netbuf *packet, bool *broadcast)
{
	if (packet->total < IPV4_HEADER || !rr_netbuf_gather(packet, IPV4_HEADER))
		return 0;
	uint32_t header = (packet->data[0] & 15u) * 4, total = rr_net_get16(packet->data + 2), to, from, sum = 0;
	if (packet->data[0] >> 4 != 4 || header < IPV4_HEADER || total < header || total > packet->total || !rr_netbuf_gather(packet, header))
		return 0;
	for (uint32_t i = 0; i < header; i += 2)
		sum += rr_net_get16(packet->data + i);
	if (((sum & 0xffff) + (sum >> 16)) % 0xffff)
		return 0;
	memcpy(&from, packet->data + 12, 4);
	memcpy(&to, packet->data + 16, 4);
	struct rr_ip source = rr_ip_v4(from);
	bool local = device->offloads & RR_NETDEV_LOOPBACK;
	if (rr_ip_is_multicast(&source) || rr_ip_is_broadcast(&source) || (!local && rr_ip_is_loopback(&source)))
		return 0;
	rr_netbuf_trim(packet, total); /* short frames come with padding */
	return is_for_us(device, to, broadcast) ? header : 0;
}

void ipv4_receive(struct rr_netdev *device, struct rr_netbuf *packet)
{
	struct rr_ip_received how = { .device = device };
	uint32_t header = check(device, packet, &how.broadcast), from, to;
	uint8_t copy[60];
	if (!header) {
		rr_netbuf_free(packet);
		return;
	}
	memcpy(copy, packet->data, header);
	memcpy(&from, copy + 12, 4);
	memcpy(&to, copy + 16, 4);
	how.from = rr_ip_v4(from);
	how.to = rr_ip_v4(to);
	how.protocol = copy[9];
	how.ttl = copy[8];
	how.traffic_class = copy[1];
	how.checked = packet->flags & (RR_NETBUF_DATA_VALID | RR_NETBUF_NEEDS_CSUM) || device->offloads & RR_NETDEV_LOOPBACK;
	rr_netbuf_pull(packet, header);
	uint16_t cut = rr_net_get16(copy + 6);
	if (cut & (MORE_FRAGMENTS | OFFSET_MASK)) {
		how.checked = false;
		struct rr_ip_fragment fragment = { .from = how.from, .to = how.to, .id = rr_net_get16(copy + 4), .protocol = how.protocol, .more = cut & MORE_FRAGMENTS,
			.offset = (cut & OFFSET_MASK) * 8u };
		packet = rr_ip_reassemble(&fragment, packet);
		if (!packet)
			return;
	}
	bool taken = rr_ip_raw && rr_ip_raw(packet, &how, copy, header);
	const struct rr_ip_protocol *protocol = rr_ip_protocols[how.protocol];
	if (protocol) {
		protocol->receive(packet, &how);
		return;
	}
	if (!taken)
		icmp_send_error(&how, packet, copy, UNREACHABLE, PROTOCOL_UNREACHABLE);
	rr_netbuf_free(packet);
}
