/* Between devices and protocols. */
#include <rr/abi/errno.h>
#include <rr/string.h>
#include "internal.h"

struct rr_ip_news rr_ip_news;
bool (*rr_ip_raw)(const struct rr_netbuf *packet, const struct rr_ip_received *how, const uint8_t *header, uint32_t header_length);
const struct rr_ip_protocol *rr_ip_protocols[256];
const struct rr_ip6 *rr_ip6;
/* A device with packets that wait for its flush. */
static struct rr_netdev *unflushed;
static bool receiving;

void rr_ip_set_protocol(uint8_t number, const struct rr_ip_protocol *protocol) { rr_ip_protocols[number] = protocol; }

void rr_ip_flush(void)
{
	struct rr_netdev *device = unflushed;
	if (!device || receiving)
		return;
	unflushed = NULL;
	rr_netdev_flush(device);
}

int rr_ip_transmit(struct rr_netdev *device, struct rr_netbuf *packet)
{
	if (unflushed && unflushed != device)
		rr_netdev_flush(unflushed);
	unflushed = device;
	int error = rr_netdev_transmit(device, packet);
	if (error)
		rr_netbuf_free(packet);
	return error == -EAGAIN ? -ENOBUFS : error;
}

void rr_ip_finish_checksum(struct rr_netbuf *packet, uint8_t protocol)
{
	uint8_t *at = packet->data + packet->csum_start + packet->csum_offset;
	uint16_t sum = rr_ip_checksum(packet, packet->csum_start, 0);
	if (!sum && protocol == RR_IP_UDP)
		sum = 0xffff; /* RFC 768: zero means none */
	memcpy(at, &sum, sizeof(sum));
	packet->flags &= (uint8_t)~RR_NETBUF_NEEDS_CSUM;
}

void stack_deliver_copy(const struct rr_netbuf *packet, struct rr_netdev *device, const struct rr_ip_header *header)
{
	const struct rr_ip_protocol *protocol = rr_ip_protocols[header->protocol];
	bool small = packet->total + RR_NETBUF_HEADROOM <= RR_NETBUF_ROOM;
	struct rr_netbuf *copy = !protocol ? NULL : small ? rr_netbuf_alloc(RR_NETBUF_HEADROOM) : rr_netbuf_alloc_large((uint32_t)rr_align_up(packet->total, RR_PAGE_SIZE));
	if (!copy)
		return;
	rr_netbuf_copy(packet, 0, rr_netbuf_extend(copy, packet->total), packet->total);
	copy->device = device;
	protocol->receive(copy, &(struct rr_ip_received){ .from = header->from, .to = header->to, .device = device, .protocol = header->protocol, .ttl = header->ttl,
		.traffic_class = header->traffic_class, .checked = true, .broadcast = true });
}

int rr_ip_send(struct rr_netbuf *packet, const struct rr_ip_path *path, const struct rr_ip_header *header)
{
	bool makes_checksums = path->device->offloads & (RR_NETDEV_TX_CSUM | RR_NETDEV_LOOPBACK);
	if (packet->flags & RR_NETBUF_NEEDS_CSUM && !makes_checksums)
		rr_ip_finish_checksum(packet, header->protocol);
	if (header->loop && !(path->device->offloads & RR_NETDEV_LOOPBACK) && (!rr_ip_is_multicast(&header->to) || rr_ip_is_member(path->device, &header->to)))
		stack_deliver_copy(packet, path->device, header);
	if (header->stays && !(path->device->offloads & RR_NETDEV_LOOPBACK)) {
		rr_netbuf_free(packet);
		return 0;
	}
	if (rr_ip_is_v4(&header->to))
		return ipv4_send(packet, path, header);
	if (rr_ip6)
		return rr_ip6->send(packet, path, header);
	rr_netbuf_free(packet);
	return -ENETUNREACH;
}

void rr_ip_doubt(const struct rr_ip_path *path)
{
	if (!path->device || path->device->offloads & RR_NETDEV_LOOPBACK)
		return;
	if (rr_ip_is_v4(&path->next_hop))
		arp_doubt(path->device, path->next_hop.words[3]);
	else if (rr_ip6)
		rr_ip6->doubt(path->device, &path->next_hop);
}

static void receive_one(struct rr_netdev *device, struct rr_netbuf *packet)
{
	uint16_t type = ETHER_IPV4;
	if (!(device->offloads & RR_NETDEV_LOOPBACK)) {
		if (packet->total < ETHER_HEADER || !rr_netbuf_gather(packet, ETHER_HEADER)) {
			rr_netbuf_free(packet);
			return;
		}
		type = rr_net_get16(packet->data + 12);
		rr_netbuf_pull(packet, ETHER_HEADER);
	} else if (packet->length && packet->data[0] >> 4 == 6) {
		type = RR_ETHER_IPV6;
	}
	if (type == ETHER_IPV4)
		ipv4_receive(device, packet);
	else if (type == ETHER_ARP)
		arp_receive(device, packet);
	else if (type == RR_ETHER_IPV6 && rr_ip6)
		rr_ip6->receive(device, packet);
	else
		rr_netbuf_free(packet);
}

static void receive(struct rr_netdev *device, struct rr_netbuf *packets)
{
	bool nested = receiving;
	receiving = true;
	while (packets) {
		struct rr_netbuf *packet = packets;
		packets = packet->next;
		packet->next = NULL;
		receive_one(device, packet);
	}
	receiving = nested;
	rr_ip_flush();
}

static void added(struct rr_netdev *device)
{
	rr_netdev_up(device);
	if (device->offloads & RR_NETDEV_LOOPBACK) {
		struct rr_ip v4 = RR_IP_LOOPBACK_V4;
		rr_ip_add_address(device, &v4, 8);
	}
	struct rr_ip all_hosts = rr_ip_v4(rr_net32(0xe0000001));
	rr_ip_join(device, &all_hosts);
	if (rr_ip6)
		rr_ip6->added(device);
}

void rr_ip_set_v6(const struct rr_ip6 *ip6)
{
	rr_ip6 = ip6;
	for (struct rr_netdev *device = NULL; (device = rr_netdev_next(device));)
		ip6->added(device);
}

static void changed(struct rr_netdev *device)
{
	rr_ip_generation++;
	if (rr_ip6)
		rr_ip6->changed(device);
}

void rr_ip_init(void);
void rr_ip_init(void)
{
	static const struct rr_netdev_stack stack = { added, receive, changed };
	icmp_init();
	igmp_init();
	rr_netdev_attach_stack(&stack);
}
