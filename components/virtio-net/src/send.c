#include "net.h"
#include <rr/abi/errno.h>

void net_reclaim(struct net *net)
{
	struct rr_netbuf *packet;
	uint32_t written;
	bool any = false;
	for (; (packet = rr_virtqueue_take(&net->tx, &written)); any = true)
		rr_netbuf_free(packet);
	if (any)
		rr_netdev_writable(&net->device);
}

static void fill_header(struct net_header *header, const struct rr_netbuf *packet)
{
	*header = (struct net_header){
		.flags = packet->flags & HEADER_NEEDS_CSUM, .gso_type = packet->gso, .header_length = packet->header_length,
		.gso_size = packet->gso_size, .csum_start = packet->csum_start, .csum_offset = packet->csum_offset,
	};
}

/* The device takes what is asked for. */
static bool possible(const struct net *net, const struct rr_netbuf *packet)
{
	unsigned offloads = net->device.offloads, gso = packet->gso & ~RR_NETBUF_GSO_ECN;
	if (packet->refs > 1 || rr_netbuf_headroom(packet) < RR_NETBUF_LINK_HEADROOM || packet->total < ETHERNET_HEADER)
		return false;
	if (packet->flags & RR_NETBUF_NEEDS_CSUM && !(offloads & RR_NETDEV_TX_CSUM))
		return false;
	if (gso == RR_NETBUF_GSO_NONE)
		return packet->total <= net->device.most_mtu + ETHERNET_HEADER;
	return packet->total <= MOST_PACKET && packet->flags & RR_NETBUF_NEEDS_CSUM && (!(packet->gso & RR_NETBUF_GSO_ECN) || offloads & RR_NETDEV_TX_ECN) &&
	       ((gso == RR_NETBUF_GSO_TCPV4 && offloads & RR_NETDEV_TX_TSO4) || (gso == RR_NETBUF_GSO_TCPV6 && offloads & RR_NETDEV_TX_TSO6));
}

/* The header and the packet's pieces. 0: too many. */
static unsigned describe(const struct net *net, struct rr_netbuf *packet, struct rr_virtq_segment *segments)
{
	struct net_header header;
	fill_header(&header, packet);
	uint8_t *start = packet->data - net->header_size;
	__builtin_memcpy(start, &header, net->header_size);
	unsigned count = 0;
	if (net->header_apart)
		segments[count++] = (struct rr_virtq_segment){ start, net->header_size };
	else
		segments[count++] = (struct rr_virtq_segment){ start, net->header_size + packet->length };
	for (struct rr_netbuf *piece = net->header_apart ? packet : packet->more; piece; piece = piece->more) {
		if (!piece->length)
			continue;
		if (count == MOST_PIECES + 1)
			return 0;
		segments[count++] = (struct rr_virtq_segment){ piece->data, piece->length };
	}
	return count;
}

int net_send(struct rr_netdev *device, struct rr_netbuf *packet)
{
	struct net *net = device->driver;
	struct rr_virtq_segment segments[MOST_PIECES + 1];
	if (!possible(net, packet))
		return -EINVAL;
	if (rr_virtqueue_pending(&net->tx))
		net_reclaim(net);
	unsigned count = describe(net, packet, segments);
	if (!count)
		return -EINVAL;
	int error = rr_virtqueue_add(&net->tx, segments, count, 0, packet);
	if (error == -EAGAIN) {
		rr_virtqueue_kick(&net->tx);
		/* most of them at once: each interrupt costs more than some packets */
		if (!rr_virtqueue_arm(&net->tx, rr_max(net->tx.in_flight * 3u / 4, 1u))) {
			net_reclaim(net);
			error = rr_virtqueue_add(&net->tx, segments, count, 0, packet);
		}
	}
	if (error == -EIO) {
		net_fail(net);
		error = -ENETDOWN;
	}
	return error;
}
