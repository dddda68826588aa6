/*
 * Network devices, as the TCP/IP stack sees them. Drivers register devices; one stack attaches itself to all, whichever comes first. Thread context or
 * an interrupt handler, under the big lock.
 *
 * Sending: rr_netdev_transmit() for each packet, then rr_netdev_flush() once: the device is notified of them together. What a full device refuses waits in a
 * queue, in order, until it has room again; when that is full as well, the packet is refused. Buffers come back (rr_netbuf_free()) when the device is done with them, the latest with a
 * later transmit or poll.
 *
 * Receiving: the device's interrupt only schedules a poll. Polls run in the interrupt handler, up to a budget; what is left is polled by a thread that takes
 * turns with the programs, with the device's interrupt off until there is nothing more (so a flood of packets cannot stop the programs). Before
 * a thread waits for packets it can poll by itself: rr_netdev_poll_all().
 */
#pragma once
#include <rr/list.h>
#include <rr/netbuf.h>
#include <rr/types.h>

#define RR_NETDEV_NAME 16
/* Packets that wait for a full device at most; what Linux gives a card (txqueuelen). */
#define RR_NETDEV_QUEUE 1000u

/* `offloads`: what transmit takes beyond plain frames. */
#define RR_NETDEV_TX_CSUM 1u  /* RR_NETBUF_NEEDS_CSUM, TCP and UDP over IPv4 and IPv6 */
#define RR_NETDEV_TX_TSO4 2u
#define RR_NETDEV_TX_TSO6 4u
#define RR_NETDEV_TX_ECN 8u   /* RR_NETBUF_GSO_ECN with the two above */
/* What received packets may be. */
#define RR_NETDEV_RX_CSUM 16u /* RR_NETBUF_NEEDS_CSUM: from a neighbour on the same host, with its checksum still to be made; good as it is */
#define RR_NETDEV_RX_TSO 32u  /* larger than the MTU */
#define RR_NETDEV_LOOPBACK 64u /* no link-level addresses: frames have no Ethernet header */

struct rr_netdev_stats {
	uint64_t rx_packets, rx_bytes, rx_errors, rx_dropped;
	uint64_t tx_packets, tx_bytes, tx_errors, tx_dropped;
	uint64_t rx_interrupts, polls, tx_notifications, tx_refused;
};

struct rr_netdev_ops {
	/* Begin to receive, the interrupt off: a poll and `arm` follow. 0 or -errno. */
	int (*open)(struct rr_netdev *device);
	/* Stop; no packet is received and none is in the device's hands any more. */
	void (*close)(struct rr_netdev *device);
	/*
	 * Take a packet (an Ethernet frame). Its first piece has no other owner and RR_NETBUF_LINK_HEADROOM bytes before the frame, which are
	 * overwritten. 0: the packet is the device's; -EAGAIN: full, rr_netdev_writable() follows; -ENETDOWN, -EINVAL: this packet cannot be sent.
	 */
	int (*transmit)(struct rr_netdev *device, struct rr_netbuf *packet);
	/* Tell the hardware about what was taken. */
	void (*flush)(struct rr_netdev *device);
	/* Receive at most `budget` packets, each given to rr_netdev_received(); reclaim what has been sent. Returns how many were received. */
	unsigned (*poll)(struct rr_netdev *device, unsigned budget);
	/* Let the interrupt come (again). False: there is something to poll already, and it stays off. */
	bool (*arm)(struct rr_netdev *device);
	/* Multicast and promiscuous reception as `device` has it now. May be NULL: everything is received. */
	void (*filter)(struct rr_netdev *device);
};

struct rr_netdev {
	char name[RR_NETDEV_NAME]; /* "eth0"; given by rr_netdev_register() unless set */
	unsigned index;            /* as if_nametoindex(3): from 1 */
	uint8_t mac[6];
	uint32_t mtu;              /* bytes behind the Ethernet header; the stack may lower it */
	uint32_t most_mtu;
	unsigned offloads;         /* RR_NETDEV_* */
	uint32_t gso_most;         /* bytes of a packet with gso, headers included; pieces of it at most `most_pieces` */
	unsigned most_pieces;
	bool link;                 /* carrier */
	bool up;                   /* open */
	bool promiscuous, all_multicast;
	const struct rr_netdev_ops *ops;
	void *driver, *stack;      /* each side's own */
	struct rr_netdev_stats stats;
	/* netdev's own */
	struct rr_list node, poll_node;
	bool scheduled, polling;
	struct rr_netbuf *queue, **queue_tail; /* refused by the device, oldest first */
	unsigned queued;
	struct rr_netbuf *batch, **batch_tail; /* received in this poll */
};

/* What the stack is told. */
struct rr_netdev_stack {
	/* A device has been registered. */
	void (*added)(struct rr_netdev *device);
	/* Packets from one poll, oldest first, linked by `next`: they are the stack's now. */
	void (*receive)(struct rr_netdev *device, struct rr_netbuf *packets);
	/* Carrier or MTU changed. */
	void (*changed)(struct rr_netdev *device);
};

/* For the stack, once. The devices that are there are `added` before this returns. */
void rr_netdev_attach_stack(const struct rr_netdev_stack *stack);
/* All devices, in order of their index; NULL begins and ends. */
struct rr_netdev *rr_netdev_next(const struct rr_netdev *device);
struct rr_netdev *rr_netdev_by_index(unsigned index);
struct rr_netdev *rr_netdev_by_name(const char *name);

/* IFF_* of netdevice(7), as programs are told. */
#define RR_IFF_UP 0x1u
#define RR_IFF_BROADCAST 0x2u
#define RR_IFF_LOOPBACK 0x8u
#define RR_IFF_RUNNING 0x40u
#define RR_IFF_PROMISC 0x100u
#define RR_IFF_ALLMULTI 0x200u
#define RR_IFF_MULTICAST 0x1000u
#define RR_IFF_LOWER_UP 0x10000u
unsigned rr_netdev_flags(const struct rr_netdev *device);

/* Told when a device went up or down, or its carrier or MTU has changed: for who passes it on to programs. NULL: nobody. */
extern void (*rr_netdev_watch)(struct rr_netdev *device);

/* 0 or -errno; nothing happens when it is so already. */
int rr_netdev_up(struct rr_netdev *device);
void rr_netdev_down(struct rr_netdev *device);
/* As `transmit` above, -EAGAIN for a full queue, and -ENETDOWN for a device that is down or has no carrier. On errors the packet stays the caller's. */
int rr_netdev_transmit(struct rr_netdev *device, struct rr_netbuf *packet);
static inline void rr_netdev_flush(struct rr_netdev *device) { device->ops->flush(device); }
/* Poll all devices once, as their interrupts would. Before a thread sleeps for packets, or goes on without: it saves the interrupt. */
void rr_netdev_poll_all(void);

/* For drivers. Registered devices stay. 0 or -ENOSPC. */
int rr_netdev_register(struct rr_netdev *device);
/* From the interrupt handler: poll, now and for as long as there is something. The driver has its interrupt off until `arm`. */
void rr_netdev_schedule(struct rr_netdev *device);
/* From `poll`: a packet (total, length, flags are set). Counted here. */
void rr_netdev_received(struct rr_netdev *device, struct rr_netbuf *packet);
/* There may be room again after a refusal: what waits is sent. Also from within `transmit` and `poll`. */
void rr_netdev_writable(struct rr_netdev *device);
/* link or mtu have changed. */
void rr_netdev_changed(struct rr_netdev *device);
