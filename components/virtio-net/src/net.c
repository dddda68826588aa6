#include "net.h"
#include <rr/abi/errno.h>
#include <rr/heap.h>
#include <rr/print.h>
#include <rr/string.h>

void rr_virtio_net_init(void);

#define RX_QUEUE 0u
#define TX_QUEUE 1u
#define WANTED                                                                                               \
	(F_CSUM | F_GUEST_CSUM | F_MTU | F_MAC | F_HOST_TSO4 | F_HOST_TSO6 | F_HOST_ECN | F_MRG_RXBUF | F_STATUS | RR_VIRTIO_F_ANY_LAYOUT |    \
	 RR_VIRTIO_F_INDIRECT_DESC | RR_VIRTIO_F_EVENT_IDX)
/* Long packets come in several buffers: without those, not at all. */
#define WANTED_WITH_BUFFERS (F_GUEST_TSO4 | F_GUEST_TSO6 | F_GUEST_ECN)

static void release(struct rr_virtqueue *queue)
{
	struct rr_netbuf *packet;
	if (!queue->slots)
		return;
	while ((packet = rr_virtqueue_recover(queue)))
		rr_netbuf_free(packet);
	rr_virtqueue_destroy(queue);
}

static void stop(struct net *net, bool failed)
{
	rr_timer_cancel(&net->retry);
	rr_virtio_stop(net->virtio, failed);
	release(&net->rx);
	release(&net->tx);
}

void net_fail(struct net *net)
{
	if (net->virtio->failed)
		return;
	rr_log("%s: the device does what none may do; it is not used any more", net->device.name);
	rr_virtio_stop(net->virtio, true);
	net->rx.broken = net->tx.broken = true; /* what they hold is given back when the interface is taken down */
	net->device.link = false;
	rr_netdev_changed(&net->device);
}

static int negotiate(struct net *net)
{
	struct rr_virtio_device *virtio = net->virtio;
	if (!rr_virtio_begin(virtio, WANTED | WANTED_WITH_BUFFERS, 0) && rr_virtio_has(virtio, F_MRG_RXBUF) && rr_virtio_has(virtio, F_GUEST_CSUM))
		return 0;
	return rr_virtio_begin(virtio, WANTED, 0);
}

static bool read_link(struct net *net)
{
	uint16_t status = STATUS_LINK_UP;
	if (rr_virtio_has(net->virtio, F_STATUS))
		rr_virtio_read(net->virtio, CONFIG_STATUS, &status, sizeof(status));
	return status & STATUS_LINK_UP;
}

static void config_changed(struct rr_virtio_device *virtio)
{
	struct net *net = virtio->driver;
	bool link = read_link(net);
	if (virtio->failed || link == net->device.link)
		return;
	net->device.link = link;
	rr_netdev_changed(&net->device);
}

static void rx_interrupt(struct rr_virtqueue *queue)
{
	struct net *net = queue->owner;
	rr_virtqueue_quiet(queue);
	rr_netdev_schedule(&net->device);
}

static void tx_interrupt(struct rr_virtqueue *queue)
{
	rr_virtqueue_quiet(queue);
	net_reclaim(queue->owner);
}

static void retry(struct rr_timer *timer)
{
	struct net *net = rr_container_of(timer, struct net, retry);
	if (net->device.up)
		net_refill(net);
}

/* Up to a quarter of the memory for packets waits for some; the others are for what has come. */
static unsigned find_rx_target(const struct net *net)
{
	unsigned affordable = (unsigned)rr_min(rr_netbuf_stats().limit / 4 / RR_NETBUF_ROOM, (uint64_t)RX_BUFFERS);
	return rr_min(rr_max(affordable, RX_BUFFERS_LEAST), (unsigned)net->rx.size);
}

static int open(struct rr_netdev *device)
{
	struct net *net = device->driver;
	int error = net->virtio->failed ? -EIO : net->agreed ? 0 : negotiate(net);
	net->agreed = false;
	net->rx.slots = net->tx.slots = NULL;
	net->rx.callback = rx_interrupt;
	net->tx.callback = tx_interrupt;
	net->rx.owner = net->tx.owner = net;
	if (!error)
		error = rr_virtio_setup_queue(net->virtio, RX_QUEUE, TX_ENTRIES, &net->rx);
	if (!error)
		error = rr_virtio_setup_queue(net->virtio, TX_QUEUE, TX_ENTRIES, &net->tx);
	if (error) {
		stop(net, error != -ENOMEM);
		return error;
	}
	net->rx_target = find_rx_target(net);
	net->virtio->config_changed = config_changed;
	rr_virtio_ready(net->virtio);
	device->link = read_link(net);
	net_refill(net);
	return 0;
}

static void close(struct rr_netdev *device) { stop(device->driver, false); }

static void flush(struct rr_netdev *device)
{
	struct net *net = device->driver;
	if (rr_virtqueue_kick(&net->tx))
		device->stats.tx_notifications++;
}

static unsigned poll(struct rr_netdev *device, unsigned budget)
{
	struct net *net = device->driver;
	net_reclaim(net);
	unsigned count = net_receive(net, budget);
	if (net->rx.broken || net->tx.broken)
		net_fail(net);
	return count;
}

static bool arm(struct rr_netdev *device) { return rr_virtqueue_arm(&((struct net *)device->driver)->rx, 1); }

static const struct rr_netdev_ops ops = { .open = open, .close = close, .transmit = net_send, .flush = flush, .poll = poll, .arm = arm };

static unsigned offloads_of(const struct rr_virtio_device *virtio)
{
	static const struct {
		uint64_t feature;
		unsigned offload;
	} pairs[] = { { F_CSUM, RR_NETDEV_TX_CSUM }, { F_HOST_TSO4, RR_NETDEV_TX_TSO4 }, { F_HOST_TSO6, RR_NETDEV_TX_TSO6 }, { F_HOST_ECN, RR_NETDEV_TX_ECN }, { F_GUEST_CSUM, RR_NETDEV_RX_CSUM }, { F_GUEST_TSO4, RR_NETDEV_RX_TSO } };
	unsigned offloads = 0;
	/* segments need checksums: a device that offers only the one is not asked for it (5.1.3.1) */
	for (unsigned i = 0; i < RR_ARRAY_SIZE(pairs); i++)
		if (rr_virtio_has(virtio, pairs[i].feature))
			offloads |= pairs[i].offload;
	if (!(offloads & RR_NETDEV_TX_CSUM))
		offloads &= ~(RR_NETDEV_TX_TSO4 | RR_NETDEV_TX_TSO6 | RR_NETDEV_TX_ECN);
	return offloads;
}

static void read_config(struct net *net)
{
	struct rr_netdev *device = &net->device;
	struct rr_virtio_device *virtio = net->virtio;
	uint16_t mtu = 1500;
	if (rr_virtio_has(virtio, F_MAC)) {
		rr_virtio_read(virtio, CONFIG_MAC, device->mac, sizeof(device->mac));
	} else { /* locally administered; the same at each boot */
		static uint8_t next;
		memcpy(device->mac, (uint8_t[]){ 0x52, 0x54, 0x00, 0x72, 0x72, next++ }, 6);
	}
	if (rr_virtio_has(virtio, F_MTU))
		rr_virtio_read(virtio, CONFIG_MTU, &mtu, sizeof(mtu));
	if (!rr_virtio_has(virtio, F_MRG_RXBUF)) /* a frame must fit into a buffer */
		mtu = rr_min(mtu, 1500);
	device->mtu = device->most_mtu = (uint16_t)rr_max(rr_min(mtu, MOST_MTU), LEAST_MTU);
	device->link = read_link(net);
}

/* Make the interface of what was negotiated. */
static int describe(struct net *net)
{
	struct rr_virtio_device *virtio = net->virtio;
	bool modern = rr_virtio_has(virtio, RR_VIRTIO_F_VERSION_1);
	net->header_size = sizeof(struct net_header) - (modern || rr_virtio_has(virtio, F_MRG_RXBUF) ? 0 : sizeof(uint16_t));
	net->header_apart = !modern && !rr_virtio_has(virtio, RR_VIRTIO_F_ANY_LAYOUT);
	net->retry.fire = retry;
	net->device.ops = &ops;
	net->device.driver = net;
	net->device.offloads = offloads_of(virtio);
	net->device.gso_most = MOST_PACKET;
	net->device.most_pieces = MOST_PIECES;
	read_config(net);
	net->agreed = true; /* and the device waits until somebody wants to use it */
	return rr_netdev_register(&net->device);
}

static int probe(struct rr_virtio_device *virtio)
{
	struct net *net = rr_zalloc(1, sizeof(*net));
	if (!net)
		return -ENOMEM;
	net->virtio = virtio;
	virtio->driver = net;
	int error = negotiate(net);
	if (!error)
		error = describe(net);
	if (error)
		rr_free(net);
	return error;
}

void rr_virtio_net_init(void)
{
	static struct rr_virtio_driver driver = { .id = RR_VIRTIO_ID_NET, .probe = probe };
	rr_virtio_add_driver(&driver);
}
