/* Private to socket-netlink. Formats: netlink(7), rtnetlink(7), linux/netlink.h, linux/rtnetlink.h. */
#pragma once
#include <rr/abi/errno.h>
#include <rr/ip.h>
#include <rr/list.h>
#include <rr/socket.h>

enum {
	NLM_F_REQUEST = 0x1, NLM_F_MULTI = 0x2, NLM_F_ACK = 0x4, NLM_F_ROOT = 0x100, NLM_F_MATCH = 0x200, NLM_F_DUMP = 0x300, NLM_F_REPLACE = 0x100,
	NLM_F_EXCL = 0x200, NLM_F_CREATE = 0x400, NLM_F_CAPPED = 0x100,
	NLMSG_ERROR = 2, NLMSG_DONE = 3, NLMSG_MIN_TYPE = 16,
	RTM_NEWLINK = 16, RTM_DELLINK, RTM_GETLINK, RTM_SETLINK, RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR, RTM_NEWROUTE = 24, RTM_DELROUTE, RTM_GETROUTE,
	RTM_NEWNEIGH = 28, RTM_DELNEIGH, RTM_GETNEIGH,
	RTNLGRP_LINK = 1, RTNLGRP_NEIGH = 3, RTNLGRP_IPV4_IFADDR = 5, RTNLGRP_IPV4_ROUTE = 7, RTNLGRP_IPV6_IFADDR = 9, RTNLGRP_IPV6_ROUTE = 11, RTNLGRP_LAST = 32,
};

struct nlmsghdr {
	uint32_t length; /* with this header */
	uint16_t type, flags;
	uint32_t sequence, port;
};
_Static_assert(sizeof(struct nlmsghdr) == 16, "struct nlmsghdr");
struct rtattr {
	uint16_t length, type; /* length: with this header */
};
#define NETLINK_ALIGN(length) (((length) + 3u) & ~3u)

struct netlink_socket {
	struct rr_socket base;
	struct rr_list link;   /* of all */
	uint32_t port, peer;   /* 0: not bound */
	uint32_t peer_groups;
	uint32_t groups;       /* bit n - 1: group n */
	struct rr_list queue;  /* struct netlink_packet */
	size_t queued;
	bool lost;             /* something did not fit: ENOBUFS is to be told */
	bool cap_ack;          /* NETLINK_CAP_ACK */
	uint32_t options;      /* other options that are only shown again: bit n: option n */
};
static inline struct netlink_socket *netlink_of(struct rr_socket *socket) { return rr_container_of(socket, struct netlink_socket, base); }
extern struct rr_list netlink_sockets;

/* What one recvmsg(2) gets: some messages. */
struct netlink_packet {
	struct rr_list link;
	uint32_t length, groups; /* groups: the one it was sent to, as a number; 0: the socket alone */
	uint8_t data[];
};
/* Take a packet over; it is lost when the socket has no room. */
void netlink_queue(struct netlink_socket *socket, struct netlink_packet *packet);

/* message.c: messages to `socket` in answer to one, as many in a packet as fit. */
struct answer {
	struct netlink_socket *socket;
	uint32_t sequence, port;
	uint16_t flags;             /* of each message: NLM_F_MULTI */
	struct netlink_packet *packet;
	struct nlmsghdr *message;   /* the one that is being written; NULL: none, or no memory */
};
/* Begin a message with a fixed part of `size` bytes, zeroed. NULL: no memory (the socket is told that something is lost). */
void *answer_begin(struct answer *answer, uint16_t type, uint32_t size);
void answer_attribute(struct answer *answer, uint16_t type, const void *data, uint32_t size);
static inline void answer_u32(struct answer *answer, uint16_t type, uint32_t value) { answer_attribute(answer, type, &value, sizeof(value)); }
static inline void answer_u8(struct answer *answer, uint16_t type, uint8_t value) { answer_attribute(answer, type, &value, sizeof(value)); }
/* An address of 4 or 16 bytes. */
void answer_ip(struct answer *answer, uint16_t type, const struct rr_ip *ip);
/* Send what has been written. */
void answer_send(struct answer *answer);

/* A request: its fixed part, and its attributes by number where there is one. */
#define MOST_ATTRIBUTES 32
struct request {
	const struct nlmsghdr *header;
	const void *fixed;
	const struct rtattr *attributes[MOST_ATTRIBUTES];
};
/* -EINVAL: shorter than its fixed part of `size` bytes. */
int request_parse(const struct nlmsghdr *header, uint32_t size, struct request *out);
/* An attribute's number; `otherwise` when it is missing or shorter. */
uint32_t request_u32(const struct request *request, uint16_t type, uint32_t otherwise);
/* 0, -EINVAL (of the wrong size), -ENOENT (missing). */
int request_ip(const struct request *request, uint16_t type, uint8_t family, struct rr_ip *out);
static inline uint8_t family_of(const struct rr_ip *ip) { return rr_ip_is_v4(ip) ? AF_INET : AF_INET6; }

/* request.c: a buffer with messages from a program. */
void netlink_requests(struct netlink_socket *socket, const void *data, uint32_t length);

/* The objects. dump: all of `family` (0: any); get: the one that is asked for; change: NEW, DEL, SET. 0 or -errno. */
void link_dump(struct answer *answer, const struct nlmsghdr *header);
int link_get(struct answer *answer, const struct nlmsghdr *header);
int link_change(const struct nlmsghdr *header);
void link_write(struct answer *answer, uint16_t type, struct rr_netdev *device);
void address_dump(struct answer *answer, const struct nlmsghdr *header);
int address_change(const struct nlmsghdr *header);
void address_write(struct answer *answer, uint16_t type, const struct rr_ip_address *address);
void route_dump(struct answer *answer, const struct nlmsghdr *header);
int route_get(struct answer *answer, const struct nlmsghdr *header);
int route_change(const struct nlmsghdr *header);
void route_write(struct answer *answer, uint16_t type, const struct rr_ip_route *route);
void neighbour_dump(struct answer *answer, const struct nlmsghdr *header);
int neighbour_change(const struct nlmsghdr *header);
/* The family a dump asks for: the first byte of every fixed part. */
static inline uint8_t dump_family(const struct nlmsghdr *header) { return header->length > sizeof(*header) ? *(const uint8_t *)(header + 1) : 0; }

/* notify.c */
void notify_init(void);
