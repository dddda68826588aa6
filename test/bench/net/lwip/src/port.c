/* lwIP over rr/netdev.h: received buffers are its pbufs; what it sends is copied into one buffer, since it keeps what it sends. */
#include <rr/netdev.h>
#include <rr/clock.h>
#include <rr/heap.h>
#include <rr/print.h>
#include <rr/random.h>
#include <rr/string.h>
#include <rr/timer.h>
#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/netif.h"
#include "lwip/pbuf.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"

#include "serve.h"

void rr_lwip_init(void);
u32_t sys_now(void);

#define TICK_NS 50000000ul

static struct netif interface;
static struct rr_timer tick;

u32_t sys_now(void) { return (u32_t)(rr_clock_monotonic() / 1000000); }
unsigned lwip_port_random(void) { return (unsigned)rr_random_word(); }
int atoi(const char *text) { return *text - '0'; }

/* A received piece as a pbuf; its memory goes with it. In the packet's own `mark` there is no room for one, so it lies in the buffer's tail or the heap. */
struct received {
	struct pbuf_custom pbuf;
	struct rr_netbuf *piece;
};

static void release(struct pbuf *pbuf)
{
	struct received *received = (struct received *)pbuf;
	struct rr_netbuf *piece = received->piece;
	piece->more = NULL;
	rr_netbuf_put(piece);
}

static struct pbuf *wrap(struct rr_netbuf *packet)
{
	struct pbuf *first = NULL;
	while (packet) {
		struct rr_netbuf *more = packet->more;
		packet->more = NULL;
		/* the description lies behind the bytes, or in front of them: a full buffer has the device's header there */
		struct received *received = rr_netbuf_tailroom(packet) >= sizeof(*received) + 8 ?
			(void *)rr_align_up((uint64_t)(packet->data + packet->length), 8) : NULL;
		if (!received) {
			struct rr_netbuf *copy = rr_netbuf_alloc(0);
			if (!copy) {
				rr_netbuf_free(packet);
				packet = more;
				continue;
			}
			uint32_t part = packet->length - 128;
			memcpy(rr_netbuf_extend(copy, packet->length - part), packet->data + part, packet->length - part);
			packet->length = part;
			copy->more = more;
			more = copy;
			received = (void *)rr_align_up((uint64_t)(packet->data + packet->length), 8);
		}
		received->piece = packet;
		received->pbuf.custom_free_function = release;
		struct pbuf *pbuf = pbuf_alloced_custom(PBUF_RAW, (u16_t)packet->length, PBUF_REF, &received->pbuf, packet->data, (u16_t)packet->length);
		if (first)
			pbuf_cat(first, pbuf);
		else
			first = pbuf;
		packet = more;
	}
	return first;
}

static void receive(struct rr_netdev *device, struct rr_netbuf *packets)
{
	while (packets) {
		struct rr_netbuf *packet = packets;
		packets = packet->next;
		if (packet->total > 65535) {
			rr_netbuf_free(packet);
			continue;
		}
		struct pbuf *pbuf = wrap(packet);
		if (pbuf && interface.input(pbuf, &interface) != ERR_OK)
			pbuf_free(pbuf);
	}
	sys_check_timeouts();
	(void)device;
}

static uint32_t add(uint32_t sum, const uint8_t *at, unsigned n)
{
	for (; n > 1; at += 2, n -= 2)
		sum += (uint32_t)(at[0] << 8 | at[1]);
	return n ? sum + (uint32_t)(at[0] << 8) : sum;
}

/* The checksum is the device's to finish, if it can: the pseudo header's sum is put in place (virtio 1.2, 5.1.6.2). */
static void finish_checksum(const struct rr_netdev *device, struct rr_netbuf *packet)
{
	uint8_t *ip = packet->data + 14;
	if (packet->length < 54 || ip[9] != 6 || packet->data[12] != 8 || packet->data[13])
		return;
	unsigned header = (ip[0] & 15) * 4u;
	bool offload = device->offloads & RR_NETDEV_TX_CSUM;
	unsigned length = packet->length - 14 - header;
	uint32_t sum = add(6 + length, ip + 12, 8);
	if (!offload) {
		ip[header + 16] = ip[header + 17] = 0;
		sum = add(sum, ip + header, length);
	}
	sum = (sum >> 16) + (sum & 0xffff);
	sum += sum >> 16;
	if (!offload)
		sum = ~sum;
	ip[header + 16] = (uint8_t)(sum >> 8);
	ip[header + 17] = (uint8_t)sum;
	packet->flags = offload ? RR_NETBUF_NEEDS_CSUM : 0;
	packet->csum_start = (uint16_t)(14 + header);
	packet->csum_offset = 16;
}

static err_t send(struct netif *netif, struct pbuf *pbuf)
{
	struct rr_netdev *device = netif->state;
	struct rr_netbuf *packet = rr_netbuf_alloc(RR_NETBUF_LINK_HEADROOM);
	if (!packet)
		return ERR_MEM;
	for (struct pbuf *piece = pbuf; piece; piece = piece->next)
		memcpy(rr_netbuf_extend(packet, piece->len), piece->payload, piece->len);
	finish_checksum(device, packet);
	if (rr_netdev_transmit(device, packet)) {
		rr_netbuf_free(packet);
		return ERR_MEM;
	}
	return ERR_OK;
}

static err_t set_up(struct netif *netif)
{
	struct rr_netdev *device = netif->state;
	netif->name[0] = 'e';
	netif->name[1] = 't';
	netif->mtu = 1500;
	netif->hwaddr_len = 6;
	memcpy(netif->hwaddr, device->mac, 6);
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
	netif->output = etharp_output;
	netif->linkoutput = send;
	return ERR_OK;
}

static void on_tick(struct rr_timer *timer)
{
	sys_check_timeouts();
	rr_netdev_flush(interface.state);
	rr_timer_arm(timer, rr_clock_monotonic() + TICK_NS);
}

static void added(struct rr_netdev *device)
{
	if (device->index != 1)
		return;
	ip4_addr_t address, mask, gateway;
	/* a tap's guest or the user network's: whichever the neighbour asks for */
#ifdef RR_LWIP_USER_NETWORK
	IP4_ADDR(&address, 10, 0, 2, 15);
	IP4_ADDR(&gateway, 10, 0, 2, 2);
#else
	IP4_ADDR(&address, 10, 77, 0, 2);
	IP4_ADDR(&gateway, 10, 77, 0, 1);
#endif
	IP4_ADDR(&mask, 255, 255, 255, 0);
	netif_add(&interface, &address, &mask, &gateway, device, set_up, ethernet_input);
	netif_set_default(&interface);
	netif_set_up(&interface);
	serve_init();
	int error = rr_netdev_up(device);
	rr_log("%s: lwIP, error %d", device->name, error);
	tick.fire = on_tick;
	rr_timer_arm(&tick, rr_clock_monotonic() + TICK_NS);
}
static void changed(struct rr_netdev *device) { (void)device; }

void rr_lwip_init(void)
{
	static const struct rr_netdev_stack stack = { .added = added, .receive = receive, .changed = changed };
	lwip_init();
	rr_netdev_attach_stack(&stack);
}
