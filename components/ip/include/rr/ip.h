/*
 * The internet layer: what transports send through and are called by. Thread context or an interrupt handler, under the big lock (rr/irq.h: handlers never
 * run in the middle of libOS code).
 */
#pragma once
#include <rr/ip-address.h>
#include <rr/netdev.h>

#define RR_IP_ICMP 1
#define RR_IP_IGMP 2
#define RR_IP_TCP 6
#define RR_IP_UDP 17
#define RR_IP_ICMPV6 58

/* Where packets to an address go. Holders ask again when `generation` is no longer rr_ip_generation(): addresses or routes have changed. */
struct rr_ip_path {
	struct rr_netdev *device;
	struct rr_ip source;   /* of ours, for packets that go there */
	struct rr_ip next_hop; /* the destination itself, or a router */
	uint32_t mtu;          /* bytes of an IP packet */
	uint32_t generation;
};
extern uint32_t rr_ip_generation;

/* The path to `to`, from our address `from` (any: ours is chosen), through device number `device` (0: any). 0, -ENETUNREACH, -EADDRNOTAVAIL. */
int rr_ip_find_path(const struct rr_ip *to, const struct rr_ip *from, unsigned device, struct rr_ip_path *path);

/*
 * What goes that way is not answered, again and again: ask whether the next hop still has the link-level address it is known by. Meanwhile that is used on. (As a negative hint
 * from above would be in RFC 4861, 7.3.1.) May be called often; a path without a device leads nowhere.
 */
void rr_ip_doubt(const struct rr_ip_path *path);

struct rr_ip_header {
	struct rr_ip from, to;
	uint8_t protocol;
	uint8_t ttl;           /* or hop limit; 0: the default, 64 */
	uint8_t traffic_class; /* DSCP and ECN */
	bool may_fragment;     /* larger than the MTU: cut by us; else -EMSGSIZE. Packets with `gso` are not concerned. */
	bool loop;             /* to everybody or a group: to our own sockets, too */
	bool stays;            /* does not leave the machine: to a group, with a TTL of 0 */
	bool alert;            /* with the router alert option (RFC 2113, 2711) */
};

/*
 * Send `packet`, which begins with the transport's header and has headroom for what comes before it. Its checksum fields (rr/netbuf.h) count from
 * the transport's header; where the device makes no checksums, they are made here. The packet is given away whatever happens. It leaves at the latest with
 * rr_ip_flush(). 0 or -errno (-ENOBUFS: the device is full, the packet is lost as on any link).
 */
int rr_ip_send(struct rr_netbuf *packet, const struct rr_ip_path *path, const struct rr_ip_header *header);
/* Let what has been sent leave now, unless received packets are being worked on: then it leaves with the answers to them. */
void rr_ip_flush(void);

/* A packet that came in for us. `packet` begins with the transport's header. */
struct rr_ip_received {
	struct rr_ip from, to;
	struct rr_netdev *device;
	uint8_t protocol, ttl, traffic_class;
	bool checked;          /* the transport's checksum is known to be right */
	bool broadcast;        /* or multicast */
};
/* What a protocol does with its packets (they are its own) and with the news that one of its own did not arrive. */
struct rr_ip_protocol {
	void (*receive)(struct rr_netbuf *packet, const struct rr_ip_received *how);
	/*
	 * ICMP says that a packet of ours to `to` was not delivered: `error` is the errno of icmp(7) (ECONNREFUSED, EHOSTUNREACH, ...), EMSGSIZE with the path's
	 * `mtu`. `start`: the first 8 bytes behind that packet's IP header, not checked.
	 */
	void (*undelivered)(const struct rr_ip *from, const struct rr_ip *to, const uint8_t *start, int error, bool fatal, uint32_t mtu);
};
void rr_ip_set_protocol(uint8_t number, const struct rr_ip_protocol *protocol);

/* What else is known of the news, for IP_RECVERR; valid while `undelivered` runs. */
struct rr_ip_news {
	uint8_t origin;                  /* SO_EE_ORIGIN_* of ip(7): RR_IP_NEWS_* */
	uint8_t type, code;              /* of the ICMP message */
	struct rr_ip offender;           /* who says so */
	const struct rr_netbuf *packet;  /* what it quotes, from the transport's header at byte `at` on; NULL: nothing */
	uint32_t at;
};
#define RR_IP_NEWS_LOCAL 1u
#define RR_IP_NEWS_ICMP 2u
#define RR_IP_NEWS_ICMP6 3u
extern struct rr_ip_news rr_ip_news;

/*
 * For raw sockets: shown each packet for us, which begins behind its IP header, before its protocol gets it. `header`: the IPv4 one, as it came; NULL: IPv6. True: somebody has
 * taken a copy, so its protocol is known here. NULL: nobody looks.
 */
extern bool (*rr_ip_raw)(const struct rr_netbuf *packet, const struct rr_ip_received *how, const uint8_t *header, uint32_t header_length);
/* Send a packet that begins with an IPv4 header, in one piece, of which length and checksum are filled in. The packet is given away. 0 or -errno. */
int rr_ip_send_whole(struct rr_netbuf *packet, const struct rr_ip_path *path);

/* Tell the sender of `packet`, which begins with the transport's header, that nobody is there; the packet stays the caller's. */
void rr_ip_port_unreachable(struct rr_netbuf *packet, const struct rr_ip_received *how);

/* The sum, not complemented and folded to 16 bits, of the pseudo header of a packet with `length` bytes behind its IP headers (RFC 9293, section 3.1; RFC 8200, section 8.1). */
uint16_t rr_ip_pseudo_sum(const struct rr_ip *from, const struct rr_ip *to, uint8_t protocol, uint32_t length);
/* Internet checksum of bytes [offset, end) of a packet, begun with `sum`; complemented (RFC 1071). */
uint16_t rr_ip_checksum(const struct rr_netbuf *packet, uint32_t offset, uint16_t sum);
/* Is it an address of one of our devices, and may a socket be bound to it? */
bool rr_ip_is_ours(const struct rr_ip *ip);

/*
 * Addresses of devices, by configuration (DHCP, router advertisements, launch document, ioctl). `prefix`: bits. 0, -EEXIST, -EADDRNOTAVAIL (remove), -ENOMEM,
 * -EAFNOSUPPORT (of IPv6, which is not in the image).
 */
int rr_ip_add_address(struct rr_netdev *device, const struct rr_ip *address, unsigned prefix);
int rr_ip_remove_address(struct rr_netdev *device, const struct rr_ip *address);
/*
 * Tell the link of an IPv4 address of ours (RFC 5227, 2.3: an ARP announcement): who has asked for it before it was ours need not wait until it asks again.
 */
void rr_ip_announce(struct rr_netdev *device, const struct rr_ip *address);

/* `flags`, as IFA_F_* of rtnetlink(7). */
#define RR_IP_OPTIMISTIC 0x04u /* used before it is known to be nobody else's (RFC 4429) */
#define RR_IP_DEPRECATED 0x20u /* not for new connections */
#define RR_IP_TENTATIVE 0x40u
#define RR_IP_PERMANENT 0x80u  /* has no lifetime */
#define RR_IP_NO_PREFIX_ROUTE 0x200u /* its network is not on the link for that */
struct rr_ip_address {
	struct rr_netdev *device;
	struct rr_ip address;  /* link-local ones with their zone: rr_ip_without_zone() */
	unsigned prefix;
	unsigned flags;
	uint64_t preferred_until, valid_until; /* monotonic ns; RR_FOREVER */
};
/* The `index`th of all addresses, IPv4's first; false behind the last. Its scope: rr_ip_scope(). */
bool rr_ip_get_address(unsigned index, struct rr_ip_address *out);

/* Who made a route, as RTPROT_* of rtnetlink(7). */
#define RR_IP_ORIGIN_KERNEL 2u /* an address's network */
#define RR_IP_ORIGIN_BOOT 3u
#define RR_IP_ORIGIN_RA 9u
#define RR_IP_ORIGIN_DHCP 16u
struct rr_ip_route {
	struct rr_ip network; /* its version says which table it is of */
	unsigned prefix;
	struct rr_ip router;  /* any: the network is on the link */
	struct rr_netdev *device;
	uint32_t metric;
	uint8_t origin;
};
/* 0, -EEXIST, -ESRCH (remove), -ENETUNREACH (the router is on no link of ours), -ENOMEM. Of IPv6 there may be several to one network, by different devices. */
int rr_ip_add_route(const struct rr_ip_route *route);
int rr_ip_remove_route(const struct rr_ip_route *route);
/* The `index`th of all routes, IPv4's first; false behind the last. */
bool rr_ip_get_route(unsigned index, struct rr_ip_route *out);

/* Told of each address and route that was added or is about to be removed: for who passes it on to programs. NULL: nobody. */
extern void (*rr_ip_watch_address)(const struct rr_ip_address *address, bool added);
extern void (*rr_ip_watch_route)(const struct rr_ip_route *route, bool added);

/*
 * Multicast groups of a device: joined as often as somebody wants them, left as often. The network is told of the first and the last (IGMP, MLD). join: 0,
 * -EINVAL (no group), -EAFNOSUPPORT, -ENOBUFS (too many), -ENOMEM; leave: -EADDRNOTAVAIL.
 */
int rr_ip_join(struct rr_netdev *device, const struct rr_ip *group);
/* The same, but routers hear of it `delay` ns later. */
int rr_ip_join_after(struct rr_netdev *device, const struct rr_ip *group, uint64_t delay);
int rr_ip_leave(struct rr_netdev *device, const struct rr_ip *group);
bool rr_ip_is_member(const struct rr_netdev *device, const struct rr_ip *group);
struct rr_ip_group {
	struct rr_netdev *device;
	struct rr_ip group;
	unsigned users;
};
/* The `index`th of all, IPv4's first; false behind the last. */
bool rr_ip_get_group(unsigned index, struct rr_ip_group *out);

/* Neighbours whose link-level addresses are known or asked for. */
struct rr_ip_neighbour {
	struct rr_netdev *device;
	struct rr_ip address;
	uint8_t mac[6];
	bool known, permanent;
};
/* The `index`th; false behind the last. */
bool rr_ip_get_neighbour(unsigned index, struct rr_ip_neighbour *out);
/* Set one for ever; `mac` NULL: forget it. 0, -ENXIO (not there), -ENOMEM, -EAFNOSUPPORT. */
int rr_ip_set_neighbour(struct rr_netdev *device, const struct rr_ip *address, const uint8_t *mac);
