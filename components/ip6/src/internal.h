/* Private to the ip6 component. */
#pragma once
#include <rr/clock.h>
#include <rr/ip-v6.h>
#include <rr/list.h>
#include <rr/timer.h>

#define IP6_HEADER 40u
#define LEAST_MTU 1280u /* RFC 8200, section 5 */
#define ICMP6_HEADER 8u

/* What there is to know of a link. Never freed, as devices are not. */
struct link {
	struct rr_netdev *device;
	struct rr_ip local;      /* our link-local address there; any: none */
	uint32_t mtu;            /* as a router says; 0: the device's */
	uint8_t hop_limit;       /* for what we send; 0: 64 */
	uint64_t reachable_for, retransmit_every; /* ns */
	bool follows;            /* what routers advertise is done */
	uint8_t solicitations;   /* sent since the link came up */
	uint64_t solicit_at;     /* 0: no more */
};
/* NULL: a link without IPv6. */
struct link *link_of(const struct rr_netdev *device);

/* extension.c: headers between IPv6's and the transport's. Pure. */
enum walk_result {
	WALK_DONE,     /* `next` is a transport's header, or none is known; it begins at `at` */
	WALK_FRAGMENT, /* a fragment header begins at `at` */
	WALK_DROP,     /* malformed, or it asks for that */
	WALK_PROBLEM,  /* its sender is to be told: `code`, `pointer` */
};
struct walk {
	uint8_t next;         /* before: the type of the first header; after: of the one at `at` */
	uint32_t at;          /* bytes of headers that were passed */
	uint8_t code;         /* of ICMPv6's parameter problem */
	uint32_t pointer;     /* from the IPv6 header's first byte */
	bool multicast_too;   /* tell even when the packet was sent to a group */
	uint32_t named_at;    /* where `next` stands, from the IPv6 header's first byte */
};
/* `bytes`: what follows the IPv6 header, as much as there is. */
enum walk_result extension_walk(const uint8_t *bytes, uint32_t length, struct walk *walk);
#define NEXT_HOP_BY_HOP 0
#define NEXT_ROUTING 43
#define NEXT_FRAGMENT 44
#define NEXT_NONE 59
#define NEXT_DESTINATION 60
#define FRAGMENT_HEADER 8u
struct fragment_header {
	uint8_t next;
	uint32_t offset; /* bytes */
	bool more;
	uint32_t id;
};
struct fragment_header fragment_parse(const uint8_t *at);

/* ip6.c */
int ip6_send(struct rr_netbuf *packet, const struct rr_ip_path *path, const struct rr_ip_header *header);

/* icmp6.c: RFC 4443 */
void icmp6_init(void);
enum { ICMP6_UNREACHABLE = 1, ICMP6_TOO_BIG = 2, ICMP6_TIME_EXCEEDED = 3, ICMP6_PARAMETER_PROBLEM = 4, ICMP6_ECHO = 128, ICMP6_ECHO_REPLY = 129,
       ICMP6_MLD_QUERY = 130, ICMP6_MLD_REPORT = 131, ICMP6_MLD_DONE = 132, ICMP6_ROUTER_SOLICITATION = 133, ICMP6_ROUTER_ADVERTISEMENT = 134,
       ICMP6_NEIGHBOUR_SOLICITATION = 135, ICMP6_NEIGHBOUR_ADVERTISEMENT = 136, ICMP6_MLD2_REPORT = 143 };
/* Send a message whose checksum is missing, from `from` through `device`. */
void icmp6_send(struct rr_netdev *device, struct rr_netbuf *packet, const struct rr_ip *from, const struct rr_ip *to, uint8_t hop_limit, bool alert);
/*
 * Tell the sender of a packet that it was not taken, unless such are not told of (RFC 4443, section 2.4). `header`: its IPv6 header, `packet` what follows, which
 * stays the caller's. `multicast_too`: even when it was sent to a group.
 */
void icmp6_send_error(const struct rr_ip_received *how, const uint8_t *header, const struct rr_netbuf *packet, uint8_t type, uint8_t code, uint32_t value, bool multicast_too);
/* A message for ND or MLD: `at` is its beginning, `length` bytes in one piece. */
struct message {
	const uint8_t *at;
	uint32_t length;
	const struct rr_ip_received *how;
	struct link *link;
};

/* options.c: options of neighbour discovery (RFC 4861, section 4.6). Pure. */
struct nd_option {
	uint8_t type;
	uint32_t length;      /* bytes, type and length included */
	const uint8_t *at;
};
enum { ND_SOURCE_LINK = 1, ND_TARGET_LINK = 2, ND_PREFIX = 3, ND_MTU = 5, ND_NONCE = 14, ND_RDNSS = 25 };
/* All of them are whole and none is empty. */
bool nd_options_good(const uint8_t *at, uint32_t length);
/* The first option of `type` in good ones; behind `after` unless NULL. False: there is none. */
bool nd_option_find(const uint8_t *at, uint32_t length, uint8_t type, const uint8_t *after, struct nd_option *option);

/* neighbour.c: RFC 4861, section 7 */
bool neighbour_get(unsigned index, struct rr_ip_neighbour *out);
void neighbour_doubt(struct rr_netdev *device, const struct rr_ip *address);
/* Send to `hop` on the link of `device` when its link-level address is known. */
int neighbour_send(struct rr_netdev *device, struct rr_netbuf *packet, const struct rr_ip *hop);
/* Somebody with `address` has said what its link-level address is. `is_router`: 0 or 1 when that was said, else -1. */
void neighbour_heard(struct rr_netdev *device, const struct rr_ip *address, const uint8_t *mac, int is_router);
/* `mac` NULL: the advertisement has none. */
void neighbour_advertised(struct rr_netdev *device, const struct rr_ip *address, const uint8_t *mac, bool solicited, bool override, bool is_router);

/* discovery.c: messages of RFC 4861 */
void discovery_receive(const struct message *message);
/* Ask for `target`'s link-level address: everybody who may be it (`mac` NULL), or the neighbour itself. */
void discovery_solicit(struct rr_netdev *device, const struct rr_ip *target, const uint8_t *mac);
/* Ask whether somebody else has `target`. */
#define NONCE_SIZE 6u
void discovery_probe(struct rr_netdev *device, const struct rr_ip *target, const uint8_t nonce[NONCE_SIZE]);
void discovery_solicit_routers(struct link *link);
struct rr_ip solicited_node(const struct rr_ip *address);

/* autoconf.c: RFC 4862 */
void autoconf_begin(struct link *link);
/* Ask for routers, if what they say is followed. */
void autoconf_solicit(struct link *link);
/* Do what is due now, and set the timer for what comes next. */
void autoconf_schedule(void);
void autoconf_address(struct rr_ip_address *address, bool added);
/* `target` is also somebody else's. */
void autoconf_duplicate(struct link *link, const struct rr_ip *target);
bool autoconf_is_own_probe(const struct rr_ip *target, const uint8_t *nonce);
/* A prefix of a router's advertisement. Lifetimes in seconds, UINT32_MAX: for ever. */
struct prefix {
	struct rr_ip network;
	uint8_t bits;
	bool on_link, autonomous;
	uint32_t valid, preferred;
};
void autoconf_prefix(struct link *link, const struct prefix *prefix);

/* router.c: default routers and what else they say */
void router_advertised(const struct message *message);
/* Drop what is over; when it is to be looked at next (monotonic ns). */
uint64_t router_expire(uint64_t now);
/* A neighbour does not answer any more; or does again. */
void router_reachable(struct rr_netdev *device, const struct rr_ip *address, bool reachable);

/* mtu.c: RFC 8201 */
uint32_t mtu_of(const struct rr_netdev *device, const struct rr_ip *to);
void mtu_learned(const struct rr_ip *to, uint32_t mtu);

/* source.c */
bool source_choose(const struct rr_netdev *device, const struct rr_ip *to, struct rr_ip *source);

/* mld.c */
void mld_report(struct rr_netdev *device, const struct rr_ip *group, enum rr_ip_report why);
void mld_queried(const struct message *message);
