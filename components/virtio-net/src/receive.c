#include "net.h"
#include <rr/clock.h>
#include <rr/string.h>

/* The frame behind a 12-byte header and the 14 of Ethernet begins on a word; and a frame sent back as it is has its headroom. */
#define OFFSET 6u
#define RETRY_NS 10000000ul

void net_refill(struct net *net)
{
	unsigned target = net->rx_target;
	if (net->rx.in_flight + target / 8 > target)
		return;
	while (net->rx.in_flight < target) {
		struct rr_netbuf *buffer = rr_netbuf_alloc(OFFSET);
		if (!buffer)
			break;
		struct rr_virtq_segment segment = { buffer->data, RR_NETBUF_ROOM - OFFSET };
		if (rr_virtqueue_add(&net->rx, &segment, 0, 1, buffer)) {
			rr_netbuf_free(buffer);
			break;
		}
	}
	rr_virtqueue_kick(&net->rx);
	if (net->rx.in_flight < target / 2)
		rr_timer_arm(&net->retry, rr_clock_monotonic() + RETRY_NS);
}

static struct rr_netbuf *take(struct net *net)
{
	uint32_t written;
	struct rr_netbuf *buffer = rr_virtqueue_take(&net->rx, &written);
	if (buffer)
		buffer->length = buffer->total = written;
	return buffer;
}

/* Offloads as the packet has them; false for what makes no sense: 5.1.6.4. */
static bool apply_header(struct rr_netbuf *packet, const struct net_header *header)
{
	unsigned gso = header->gso_type & ~RR_NETBUF_GSO_ECN;
	if (gso && gso != RR_NETBUF_GSO_TCPV4 && gso != RR_NETBUF_GSO_TCPV6)
		return false;
	if (gso && (!header->gso_size || header->header_length > packet->total))
		return false;
	if (header->flags & HEADER_NEEDS_CSUM && (uint32_t)header->csum_start + header->csum_offset + 2 > packet->total)
		return false;
	packet->flags = header->flags & (RR_NETBUF_NEEDS_CSUM | RR_NETBUF_DATA_VALID);
	packet->gso = header->gso_type;
	packet->header_length = header->header_length;
	packet->gso_size = header->gso_size;
	packet->csum_start = header->csum_start;
	packet->csum_offset = header->csum_offset;
	return true;
}

/* The other buffers of a packet that took several. False: they are not there, or it is too long. */
static bool add_buffers(struct net *net, struct rr_netbuf *packet, unsigned more)
{
	struct rr_netbuf *last = packet;
	for (; more; more--) {
		struct rr_netbuf *buffer = take(net);
		if (!buffer)
			return false;
		last->more = buffer;
		last = buffer;
		packet->total += buffer->length;
	}
	return packet->total <= MOST_PACKET;
}

/* One packet, or NULL when there is none. *wrong: it was dropped. */
static struct rr_netbuf *receive_one(struct net *net, bool *wrong)
{
	struct rr_netbuf *packet = take(net);
	*wrong = false;
	if (!packet)
		return NULL;
	struct net_header header = { .buffers = 1 };
	bool good = packet->length >= net->header_size + ETHERNET_HEADER;
	if (good) {
		memcpy(&header, packet->data, net->header_size);
		if (!rr_virtio_has(net->virtio, F_MRG_RXBUF))
			header.buffers = 1;
		rr_netbuf_pull(packet, net->header_size);
		good = header.buffers && add_buffers(net, packet, header.buffers - 1u) && apply_header(packet, &header);
	}
	*wrong = !good;
	return packet;
}

unsigned net_receive(struct net *net, unsigned budget)
{
	unsigned count = 0;
	for (; count < budget; count++) {
		bool wrong;
		struct rr_netbuf *packet = receive_one(net, &wrong);
		if (!packet)
			break;
		if (wrong) {
			net->device.stats.rx_errors++;
			rr_netbuf_free(packet);
		} else {
			rr_netdev_received(&net->device, packet);
		}
	}
	net_refill(net);
	return count;
}
