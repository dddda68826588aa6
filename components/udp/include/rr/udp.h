/*
 * UDP (RFC 768, 1122 section 4.1). Knows nothing of sockets: an endpoint has an owner, who is told when something has changed and then looks. Thread context or
 * an interrupt handler, under the big lock.
 */
#pragma once
#include <rr/ip.h>
#include <rr/list.h>

struct rr_udp_owner {
	/* A datagram has come, or an error. Must not call rr_udp_*() for this endpoint from here, but for rr_udp_take(). */
	void (*changed)(struct rr_udp_owner *owner);
};

struct rr_udp_settings {
	uint8_t ttl, traffic_class;    /* ttl 0: the default */
	uint8_t multicast_ttl;
	bool multicast_loop;           /* our own sockets get what is sent to a group */
	bool multicast_all;            /* what others of this machine have joined comes here, too (IP_MULTICAST_ALL) */
	bool hears_errors;             /* also when not connected (IP_RECVERR) */
	bool never_fragments;          /* IP_PMTUDISC_DO, IPV6_DONTFRAG: what is too large is refused */
	unsigned multicast_device;     /* 0: as routes say */
	struct rr_ip multicast_source; /* any: not set */
};

/* An endpoint, embedded in its owner, zeroed and initialised; fields are read by anybody and changed by the functions only, settings excepted. */
struct rr_udp {
	struct rr_list port_link;      /* in the table of ports; alone when not bound */
	struct rr_udp_owner *owner;
	struct rr_ip local, remote;    /* any: not bound to one, not connected */
	uint16_t local_port, remote_port;
	int error;                     /* positive; taken by the owner */
	struct rr_list news;           /* struct rr_udp_news, with `hears_errors` */
	struct rr_netbuf *first, *last; /* received: mark[0] is the sender's port, mark[1] the time (ns since the epoch); sender in front of data */
	uint32_t queued, datagrams;    /* bytes of memory they take */
	uint64_t dropped;
	/* settings */
	uint32_t receive_buffer;
	bool bound_address, bound_port; /* by the owner's wish */
	bool v6, only_v6, reuse_address, reuse_port, broadcast;
	unsigned device;               /* SO_BINDTODEVICE, the scope it is bound or connected to; 0: any */
	struct rr_udp_settings version[2]; /* of IPv4's packets, of IPv6's */
	/* multicast groups it has joined */
	struct rr_list groups;
	unsigned group_count;
};

void rr_udp_init(struct rr_udp *udp, bool v6, struct rr_udp_owner *owner);
/* Leave the table, drop what was received. */
void rr_udp_close(struct rr_udp *udp);
/* Have some port, if there is none yet, as who sends or connects has. -EADDRINUSE. */
int rr_udp_have_port(struct rr_udp *udp);
/* Port 0: one is chosen. -EINVAL (bound), -EADDRINUSE, -EADDRNOTAVAIL. */
int rr_udp_bind(struct rr_udp *udp, const struct rr_ip *address, uint16_t port);
/* Send to and receive from this one only; binds. Packets to a group go through the device set for it. `address` NULL: from anybody again. -ENETUNREACH, -EACCES (broadcast), and as bind. */
int rr_udp_connect(struct rr_udp *udp, const struct rr_ip *address, uint16_t port);
/*
 * Send `packet`, which holds the payload behind enough headroom (RR_NETBUF_HEADROOM), to `to`, or the connected one (NULL). The packet is given away. 0; -EDESTADDRREQ,
 * -EACCES, -EMSGSIZE, -ENETUNREACH, -ENOBUFS, the endpoint's error.
 */
int rr_udp_send(struct rr_udp *udp, struct rr_netbuf *packet, const struct rr_ip *to, uint16_t port);
/* The same with more to say. -EINVAL, -EADDRNOTAVAIL (from). */
struct rr_udp_sending {
	const struct rr_ip *to;        /* NULL: the connected one */
	uint16_t port;
	const struct rr_ip *from;      /* NULL: as bound, or chosen */
	unsigned device;               /* 0: any */
	int ttl, traffic_class;        /* -1: as set */
};
int rr_udp_send_as(struct rr_udp *udp, struct rr_netbuf *packet, const struct rr_udp_sending *how);
/* Bytes of a datagram's packet to who it is connected to. -ENOTCONN. */
int rr_udp_mtu(const struct rr_udp *udp);
/* The first datagram, which stays unless `take`n; then it is the caller's. NULL: none. */
struct rr_udp_datagram {
	struct rr_netbuf *packet;      /* its payload */
	struct rr_ip from, to;
	uint16_t port;
	uint8_t ttl, traffic_class;
	unsigned device;               /* its number */
	uint64_t time;                 /* ns since the epoch */
};
bool rr_udp_first(struct rr_udp *udp, struct rr_udp_datagram *out, bool take);
/* A datagram that did not arrive (IP_RECVERR). */
struct rr_udp_news {
	struct rr_list link;
	int error;                     /* positive */
	uint32_t mtu;                  /* of EMSGSIZE */
	struct rr_ip_news what;        /* packet: its payload as far as it was quoted, NULL: none */
	struct rr_ip to;
	uint16_t port;
};
/* Take the oldest; then rr_udp_put_news(). The endpoint's error becomes that of the next, or none. NULL: there is none. */
struct rr_udp_news *rr_udp_take_news(struct rr_udp *udp);
void rr_udp_put_news(struct rr_udp_news *news);

/*
 * Groups, on the link of `device`; NULL: the one packets to the group leave through, leaving: any. 0, -EINVAL (no group), -ENODEV, -EADDRINUSE (member already), -ENOBUFS
 * (more than 20, as Linux), -EADDRNOTAVAIL (leave: no member).
 */
int rr_udp_join(struct rr_udp *udp, const struct rr_ip *group, struct rr_netdev *device);
int rr_udp_leave(struct rr_udp *udp, const struct rr_ip *group, struct rr_netdev *device);

/* For /proc/net. */
struct rr_udp_counts {
	uint64_t in, out, no_port, damaged, no_room;
};
extern struct rr_udp_counts rr_udp_counts;
/* All endpoints that have a port. Nothing may be changed meanwhile. */
void rr_udp_each(void (*each)(void *argument, const struct rr_udp *udp), void *argument);

/* Once, before anything else; further times do nothing. */
void rr_udp_start(void);
