/* Private to socket-inet. */
#pragma once
#include <rr/ip-address.h>
#include <rr/socket.h>
#include <rr/tcp.h>
#include <rr/udp.h>

#define IPPROTO_IP 0
#define IPPROTO_ICMP 1
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_IPV6 41
#define IPPROTO_ICMPV6 58
#define IPPROTO_MAX 263
enum { UDP_CORK = 1, UDP_SEGMENT = 103, UDP_GRO = 104 };

/* name.c: struct sockaddr_in and sockaddr_in6. */
struct inet_address {
	struct rr_ip ip;  /* link-local ones with their zone */
	uint16_t port;    /* host order */
	unsigned scope;   /* a device's number, where the address means nothing without: link-local ones and groups; else 0 */
};
/* `v4_too`: an AF_INET6 socket takes IPv4's structure as well. 0, -EINVAL (too short), -EAFNOSUPPORT (not of the socket's family). */
int inet_read_name(const struct rr_socket *socket, const struct rr_socket_name *name, bool v4_too, struct inet_address *out);
void inet_write_name(const struct rr_socket *socket, const struct inet_address *address, struct rr_socket_name *out);
/* Of a socket that binds or connects to it: 0, -EINVAL (a scope is needed), -ENODEV. */
int inet_check_scope(const struct inet_address *address);

/* stream.c */
struct inet_stream {
	struct rr_socket base;
	struct rr_tcp_owner owner;
	struct rr_tcp *tcp;
	bool connecting; /* connect(2) has begun, and its success was not told yet */
	uint32_t kept;   /* options that are shown again and do nothing: options.c */
};
static inline struct inet_stream *inet_stream_of(struct rr_socket *socket) { return rr_container_of(socket, struct inet_stream, base); }
int inet_stream_create(int family, int type, int protocol, struct rr_socket **out);

/* datagram.c */
struct inet_datagram {
	struct rr_socket base;
	struct rr_udp_owner owner;
	struct rr_udp udp;
	uint32_t wanted;           /* bits of WANT_*: control messages that go with what is received */
	uint8_t mtu_discover[2];   /* of IPv4, of IPv6: as set */
	bool dont_fragment;        /* IPV6_DONTFRAG */
	bool corked, takes_merged; /* UDP_CORK; UDP_GRO, which is shown again only: nothing is merged */
	uint16_t segment;          /* UDP_SEGMENT: what is sent is cut into datagrams of so many bytes; 0: it is one */
	struct rr_netbuf *held;    /* payload that waits for more: UDP_CORK, MSG_MORE */
	struct inet_sending *held_for; /* where it is to go, as its first part said */
};
#define WANT_PKTINFO 1u
#define WANT_TTL 2u
#define WANT_TOS 4u
#define WANT_PKTINFO6 8u
#define WANT_HOPLIMIT 16u
#define WANT_TCLASS 32u
#define WANT_TO 64u /* IP_RECVORIGDSTADDR */
static inline struct inet_datagram *inet_datagram_of(struct rr_socket *socket) { return rr_container_of(socket, struct inet_datagram, base); }
int inet_datagram_create(int family, int type, int protocol, struct rr_socket **out);
/* All of `uio` in a packet with headroom. 0, -ENOBUFS, -EFAULT. */
int inet_gather(struct rr_uio *uio, struct rr_netbuf **out);
/* As much of a packet as there is room for; *given: bytes. 0 or -EFAULT. */
int inet_give(struct rr_uio *uio, const struct rr_netbuf *packet, size_t *given);

/* datagram-options.c: IPv4's options are numbers of four bytes or of one. */
int inet_get_number(uint64_t at, unsigned length, int *out);
int inet_give_number(int value, uint64_t to, unsigned *length);
/* IPPROTO_IP and IPPROTO_IPV6 of datagrams. */
int inet_datagram_set_option(struct rr_socket *socket, int level, int name, uint64_t value, unsigned length);
int inet_datagram_get_option(struct rr_socket *socket, int level, int name, uint64_t value, unsigned *length);

/* datagram-control.c: control messages. */
struct inet_sending {
	struct rr_udp_sending how;
	struct rr_ip from, to;     /* what how.from and how.to point to */
	uint16_t segment;          /* as UDP_SEGMENT */
};
/* What a message to send says beside its bytes. 0, -EINVAL, -ENODEV. */
int inet_read_control(const struct inet_datagram *datagram, const struct rr_socket_message *message, struct inet_sending *out);
void inet_put_control(const struct inet_datagram *datagram, struct rr_socket_message *message, const struct rr_udp_datagram *received);

/* MSG_ERRQUEUE. */
long inet_receive_news(struct rr_socket *socket, struct rr_socket_message *message);
/* Let what waits for more go. 0 or -errno. */
int inet_datagram_push(struct inet_datagram *datagram);

/* membership.c: groups. -ENOPROTOOPT: not an option about them. */
int inet_set_membership(struct rr_udp *udp, int level, int name, uint64_t value, unsigned length);
/* The device and address of IP_MULTICAST_IF. */
int inet_set_multicast_device(struct rr_udp *udp, uint64_t value, unsigned length);

/* options.c: IPPROTO_TCP, IPPROTO_IP, IPPROTO_IPV6 of streams. */
int inet_stream_set_option(struct rr_socket *socket, int level, int name, uint64_t value, unsigned length);
int inet_stream_get_option(struct rr_socket *socket, int level, int name, uint64_t value, unsigned *length);
void inet_stream_option_changed(struct rr_socket *socket, int name);
