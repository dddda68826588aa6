#include <rr/abi/errno.h>
#include <rr/netdev.h>
#include <rr/string.h>

#include "poll.h"

#define MOST_DEVICES 64u

static struct rr_list devices = RR_LIST_INIT(devices);
static unsigned last_index;
static const struct rr_netdev_stack *stack;
void (*rr_netdev_watch)(struct rr_netdev *device);

static void tell(struct rr_netdev *device)
{
	if (rr_netdev_watch)
		rr_netdev_watch(device);
}

#define device_of(node_) rr_list_entry(node_, struct rr_netdev, node)

/* "eth0", ...; there are fewer than a hundred. Without a formatter, most of which would be translated at each start for this. */
static void name_card(char *to, unsigned number)
{
	*to++ = 'e';
	*to++ = 't';
	*to++ = 'h';
	if (number >= 10)
		*to++ = (char)('0' + number / 10);
	*to = (char)('0' + number % 10);
}

int rr_netdev_register(struct rr_netdev *device)
{
	static unsigned ethernets;
	if (last_index == MOST_DEVICES)
		return -ENOSPC;
	device->index = ++last_index;
	if (!device->name[0])
		name_card(device->name, ethernets++);
	device->batch_tail = &device->batch;
	rr_list_init(&device->poll_node);
	rr_list_push_back(&devices, &device->node);
	if (stack)
		stack->added(device);
	return 0;
}

void rr_netdev_attach_stack(const struct rr_netdev_stack *who)
{
	stack = who;
	rr_list_for_each(node, &devices)
		who->added(device_of(node));
}

struct rr_netdev *rr_netdev_next(const struct rr_netdev *device)
{
	const struct rr_list *next = device ? device->node.next : devices.next;
	return next == &devices ? NULL : rr_list_entry(next, struct rr_netdev, node);
}

struct rr_netdev *rr_netdev_by_index(unsigned index)
{
	struct rr_netdev *device = NULL;
	while ((device = rr_netdev_next(device)) && device->index != index)
		;
	return device;
}

struct rr_netdev *rr_netdev_by_name(const char *name)
{
	struct rr_netdev *device = NULL;
	while ((device = rr_netdev_next(device)) && strncmp(device->name, name, RR_NETDEV_NAME))
		;
	return device;
}

unsigned rr_netdev_flags(const struct rr_netdev *device)
{
	unsigned flags = device->offloads & RR_NETDEV_LOOPBACK ? RR_IFF_LOOPBACK : RR_IFF_BROADCAST | RR_IFF_MULTICAST;
	flags |= (device->promiscuous ? RR_IFF_PROMISC : 0) | (device->all_multicast ? RR_IFF_ALLMULTI : 0);
	if (device->up)
		flags |= RR_IFF_UP | (device->link ? RR_IFF_RUNNING | RR_IFF_LOWER_UP : 0);
	return flags;
}

int rr_netdev_up(struct rr_netdev *device)
{
	if (device->up)
		return 0;
	int error = netdev_poll_init();
	if (!error)
		error = device->ops->open(device);
	device->up = !error;
	if (!error)
		rr_netdev_schedule(device); /* packets may be there before the interrupt is armed */
	tell(device);
	return error;
}

void rr_netdev_down(struct rr_netdev *device)
{
	if (!device->up)
		return;
	device->up = false;
	netdev_poll_forget(device);
	device->ops->close(device);
	rr_netbuf_free_list(device->queue);
	device->queue = NULL;
	device->queued = 0;
	tell(device);
}

/* To the device itself, counted. */
static int transmit(struct rr_netdev *device, struct rr_netbuf *packet)
{
	uint32_t total = packet->total;
	int error = device->ops->transmit(device, packet);
	if (!error) {
		device->stats.tx_packets++;
		device->stats.tx_bytes += total;
	} else if (error == -EAGAIN) {
		device->stats.tx_refused++;
	} else {
		device->stats.tx_errors++;
	}
	return error;
}

static int enqueue(struct rr_netdev *device, struct rr_netbuf *packet)
{
	if (device->queued == RR_NETDEV_QUEUE) {
		device->stats.tx_dropped++;
		return -EAGAIN;
	}
	if (!device->queue)
		device->queue_tail = &device->queue;
	packet->next = NULL;
	*device->queue_tail = packet;
	device->queue_tail = &packet->next;
	device->queued++;
	return 0;
}

int rr_netdev_transmit(struct rr_netdev *device, struct rr_netbuf *packet)
{
	if (!device->up || !device->link) {
		device->stats.tx_dropped++;
		return -ENETDOWN;
	}
	int error = device->queue ? -EAGAIN : transmit(device, packet);
	return error == -EAGAIN ? enqueue(device, packet) : error;
}

void rr_netdev_received(struct rr_netdev *device, struct rr_netbuf *packet)
{
	device->stats.rx_packets++;
	device->stats.rx_bytes += packet->total;
	packet->device = device;
	packet->link_header = rr_netbuf_headroom(packet);
	packet->next = NULL;
	*device->batch_tail = packet;
	device->batch_tail = &packet->next;
}

void netdev_deliver(struct rr_netdev *device)
{
	struct rr_netbuf *packets = device->batch;
	device->batch = NULL;
	device->batch_tail = &device->batch;
	if (stack && device->up)
		stack->receive(device, packets);
	else
		rr_netbuf_free_list(packets);
}

void rr_netdev_writable(struct rr_netdev *device)
{
	struct rr_netbuf *packet;
	bool any = false;
	while ((packet = device->queue)) {
		/* Off the queue first: `transmit` may come back here. */
		struct rr_netbuf *rest = packet->next;
		device->queue = NULL;
		packet->next = NULL;
		int error = transmit(device, packet);
		if (error == -EAGAIN)
			packet->next = rest;
		else if (error)
			rr_netbuf_free(packet);
		device->queue = error == -EAGAIN ? packet : rest;
		if (error == -EAGAIN)
			break;
		device->queued--;
		any = true;
	}
	if (any)
		rr_netdev_flush(device);
}

void rr_netdev_changed(struct rr_netdev *device)
{
	if (stack)
		stack->changed(device);
	tell(device);
}
