/* The interface "lo": what is sent is received. Packets are not copied: what a socket gets are views of what another one sent. */
#include <rr/abi/errno.h>
#include <rr/netdev.h>
#include <rr/string.h>

#define MTU 65536u /* as Linux shows it; no IP packet is that long */
/* Packets on their way; more are refused, as by a full device. */
#define MOST 1024u

void rr_loopback_init(void);

static struct rr_netbuf *first, **last = &first;
static unsigned count;
static bool refused;

static int begin(struct rr_netdev *device)
{
	(void)device;
	return 0;
}

static void end(struct rr_netdev *device)
{
	(void)device;
	rr_netbuf_free_list(first);
	first = NULL;
	last = &first;
	count = 0;
}

static int transmit(struct rr_netdev *device, struct rr_netbuf *packet)
{
	if (count == MOST) {
		refused = true;
		return -EAGAIN;
	}
	packet->gso = RR_NETBUF_GSO_NONE;
	packet->device = device;
	packet->next = NULL;
	*last = packet;
	last = &packet->next;
	count++;
	return 0;
}

static void flush(struct rr_netdev *device)
{
	if (first)
		rr_netdev_schedule(device);
}

static unsigned poll(struct rr_netdev *device, unsigned budget)
{
	unsigned done = 0;
	while (first && done < budget) {
		struct rr_netbuf *packet = first;
		first = packet->next;
		if (!first)
			last = &first;
		packet->next = NULL;
		count--;
		done++;
		rr_netdev_received(device, packet);
	}
	if (refused && count < MOST) {
		refused = false;
		rr_netdev_writable(device);
	}
	return done;
}

static bool arm(struct rr_netdev *device)
{
	(void)device;
	return !first;
}

void rr_loopback_init(void)
{
	static const struct rr_netdev_ops ops = { .open = begin, .close = end, .transmit = transmit, .flush = flush, .poll = poll, .arm = arm };
	static struct rr_netdev device = { .name = "lo", .mtu = MTU, .most_mtu = MTU, .gso_most = 65535, .most_pieces = 64, .link = true, .ops = &ops,
		.offloads = RR_NETDEV_LOOPBACK | RR_NETDEV_TX_CSUM | RR_NETDEV_TX_TSO4 | RR_NETDEV_TX_TSO6 };
	rr_netdev_register(&device);
}
