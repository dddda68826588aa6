/* What AF_INET and AF_INET6 sockets are to other components. Thread context, under the big lock. */
#pragma once
#include <rr/ip-address.h>
#include <rr/socket.h>

struct rr_tcp_owner;
struct rr_udp_owner;

/* SOCK_RAW, and SOCK_DGRAM of IPPROTO_ICMP and IPPROTO_ICMPV6. NULL, unless the component socket-raw is in the image: it sets it to rr_inet_raw(). */
extern int (*rr_inet_create_raw)(int family, int type, int protocol, struct rr_socket **out);
int rr_inet_raw(int family, int type, int protocol, struct rr_socket **out);
/* What /proc/net/raw and /proc/net/icmp tell of them. NULL until there was one. Nothing may be changed meanwhile. */
struct rr_inet_raw_entry {
	const struct rr_socket *socket;
	bool ping;
	struct rr_ip local, remote;
	uint16_t port;           /* the protocol, or a ping socket's identifier */
	uint32_t queued;         /* bytes */
	uint64_t dropped;
};
extern void (*rr_inet_raw_each)(void (*each)(void *argument, const struct rr_inet_raw_entry *entry), void *argument);

/* The sockets behind what TCP and UDP know as an endpoint's owner. NULL: none of ours. */
const struct rr_socket *rr_inet_of_tcp(const struct rr_tcp_owner *owner);
const struct rr_socket *rr_inet_of_udp(const struct rr_udp_owner *owner);
