/* A virtio network card: VIRTIO 1.2, 5.1. Private to this component. */
#pragma once
#include <rr/netdev.h>
#include <rr/timer.h>
#include <rr/virtio.h>

/* 5.1.3 */
#define F_CSUM (1ul << 0)
#define F_GUEST_CSUM (1ul << 1)
#define F_MTU (1ul << 3)
#define F_MAC (1ul << 5)
#define F_GUEST_TSO4 (1ul << 7)
#define F_GUEST_TSO6 (1ul << 8)
#define F_GUEST_ECN (1ul << 9)
#define F_HOST_TSO4 (1ul << 11)
#define F_HOST_TSO6 (1ul << 12)
#define F_HOST_ECN (1ul << 13)
#define F_MRG_RXBUF (1ul << 15)
#define F_STATUS (1ul << 16)

/* 5.1.4 */
#define CONFIG_MAC 0
#define CONFIG_STATUS 6
#define CONFIG_MTU 10
#define STATUS_LINK_UP 1u

/* 5.1.6 */
struct net_header {
	uint8_t flags, gso_type;
	uint16_t header_length, gso_size, csum_start, csum_offset;
	uint16_t buffers; /* with VERSION_1 or MRG_RXBUF */
};
_Static_assert(sizeof(struct net_header) == 12, "VIRTIO 1.2, 5.1.6");
#define HEADER_NEEDS_CSUM 1u
#define HEADER_DATA_VALID 2u

#define ETHERNET_HEADER 14u
#define LEAST_MTU 68u
#define MOST_MTU 65521u
#define MOST_PACKET 65550u /* IPv4 or IPv6 at its longest, with a link header */
/* Pieces of a packet to send. */
#define MOST_PIECES 64u
/* Receive buffers the device has: fewer in a small machine, but more than the largest packet takes. */
#define RX_BUFFERS 128u
#define RX_BUFFERS_LEAST 40u
#define TX_ENTRIES 256u

struct net {
	struct rr_netdev device;
	struct rr_virtio_device *virtio;
	struct rr_virtqueue rx, tx;
	struct rr_timer retry;    /* receive buffers could not be had */
	unsigned rx_target;       /* receive buffers it should have */
	unsigned header_size;
	bool header_apart;        /* a legacy device that wants it in a descriptor of its own: 5.1.6.2 (legacy) */
	bool agreed;              /* features are, and it has not been reset since */
};

/* Give the device buffers until it has its number. */
void net_refill(struct net *net);
unsigned net_receive(struct net *net, unsigned budget);
/* Packets the device has sent. */
void net_reclaim(struct net *net);
int net_send(struct rr_netdev *device, struct rr_netbuf *packet);
/* The device broke the rules: it is stopped for good. */
void net_fail(struct net *net);
