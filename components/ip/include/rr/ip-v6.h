/*
 * Between the internet layer and its IPv6, which is a component of its own (ip6) that an image may lack. Transports use rr/ip.h alone. Contexts as there.
 */
#pragma once
#include <rr/ip.h>

/* What routers hear about a group of a device's. */
enum rr_ip_report {
	RR_IP_REPORT_JOINED, /* by its first user */
	RR_IP_REPORT_MEMBER, /* still; they asked */
	RR_IP_REPORT_LEFT,
};

struct rr_ip6 {
	/* A device is there and up. */
	void (*added)(struct rr_netdev *device);
	/* A device's carrier or MTU has changed. */
	void (*changed)(struct rr_netdev *device);
	/* A packet, beginning with the IPv6 header; the callee's. */
	void (*receive)(struct rr_netdev *device, struct rr_netbuf *packet);
	/* As rr_ip_send(), checksums made where the device makes none. */
	int (*send)(struct rr_netbuf *packet, const struct rr_ip_path *path, const struct rr_ip_header *header);
	void (*port_unreachable)(struct rr_netbuf *packet, const struct rr_ip_received *how);
	/* The best of our addresses for packets to `to` that leave through `device` (RFC 6724, section 5). False: there is none. */
	bool (*choose_source)(const struct rr_netdev *device, const struct rr_ip *to, struct rr_ip *source);
	/* Bytes of a packet to `to`: the link's, or less where the path is known to take less. */
	uint32_t (*mtu)(const struct rr_netdev *device, const struct rr_ip *to);
	/* An address was added or is about to be removed: groups to join, whether somebody else has it. */
	void (*address)(struct rr_ip_address *address, bool added);
	/* As rr_ip_get_neighbour(), of IPv6's alone. */
	bool (*get_neighbour)(unsigned index, struct rr_ip_neighbour *out);
	/* As rr_ip_doubt(). */
	void (*doubt)(struct rr_netdev *device, const struct rr_ip *neighbour);
	/* Tell routers about a group. */
	void (*report)(struct rr_netdev *device, const struct rr_ip *group, enum rr_ip_report why);
	/* Do what routers on the link of `device` advertise from now on: addresses, routes, MTU (RFC 4862). */
	void (*follow_routers)(struct rr_netdev *device);
};
/* NULL: not in this image. */
extern const struct rr_ip6 *rr_ip6;
/* Once. The devices that are there are `added` before this returns. */
void rr_ip_set_v6(const struct rr_ip6 *ip6);

/* Add an address with flags and lifetimes: as rr_ip_add_address(). */
int rr_ip_put_address(const struct rr_ip_address *address);
/* The entry of an address of ours, to change its lifetimes and flags (then rr_ip_generation++); valid until it is removed. NULL: not ours. */
struct rr_ip_address *rr_ip_find_address(const struct rr_netdev *device, const struct rr_ip *address);
/* Do the first `bits` bits of two addresses of one version agree? An IPv4 address has 32. */
bool rr_ip_same_network(const struct rr_ip *a, const struct rr_ip *b, unsigned bits);

/* Protocols by number, as rr_ip_set_protocol() made them; NULL: nobody's. */
extern const struct rr_ip_protocol *rr_ip_protocols[256];

#define RR_ETHER_IPV6 0x86dd
/* Send to a neighbour whose link-level address is known. The packet is given away. 0 or -errno. */
int rr_ip_ethernet_send(struct rr_netdev *device, struct rr_netbuf *packet, const uint8_t *mac, uint16_t type);
/* Packets to a neighbour whose link-level address is not known yet, oldest first: a few. Zeroed, there are none. */
struct rr_ip_waiting {
	struct rr_netbuf *first, **end;
	unsigned count;
};
/* The packet is given away. 0, or -ENOBUFS: there are enough. */
int rr_ip_wait(struct rr_ip_waiting *waiting, struct rr_netbuf *packet);
/* All of them, linked by `next`: the caller's now. */
struct rr_netbuf *rr_ip_take_waiting(struct rr_ip_waiting *waiting);
/* Send all of them, as rr_ip_ethernet_send(). */
void rr_ip_send_waiting(struct rr_ip_waiting *waiting, struct rr_netdev *device, const uint8_t *mac, uint16_t type);
/* Give a whole IP packet to a device without link-level addresses (loopback). */
int rr_ip_transmit(struct rr_netdev *device, struct rr_netbuf *packet);
/* Finish the checksum of a packet that begins with its transport's header and leaves it to be made. */
void rr_ip_finish_checksum(struct rr_netbuf *packet, uint8_t protocol);

/* What a fragment says of itself. `protocol`: 0 where it does not tell packets apart. */
struct rr_ip_fragment {
	struct rr_ip from, to;
	uint32_t id;
	uint8_t protocol;
	uint8_t next;    /* kept of the first fragment: the header behind */
	bool more;
	uint32_t offset; /* bytes */
};
/* Take a fragment's payload. The whole packet's once it is complete, with `next` as the first fragment had it; else NULL. */
struct rr_netbuf *rr_ip_reassemble(struct rr_ip_fragment *fragment, struct rr_netbuf *payload);

/* A router asks, on the link of `device`, who is in `about` (any: in whichever group) and wants to hear within so many ns. */
void rr_ip_queried(struct rr_netdev *device, const struct rr_ip *about, bool v6, uint64_t within);

/* May an ICMP error be sent through `device` now? At most 50 a second, of both versions together; within the machine as many as there are. */
bool rr_ip_may_send_error(const struct rr_netdev *device);
