/* Options and control messages of ip(7) and ipv6(7). */
#pragma once

enum { IP_TOS = 1, IP_TTL = 2, IP_PKTINFO = 8, IP_MTU_DISCOVER = 10, IP_RECVERR = 11, IP_RECVTTL = 12, IP_RECVTOS = 13, IP_MTU = 14, IP_FREEBIND = 15,
       IP_RECVOPTS = 6, IP_RETOPTS = 7, IP_PASSSEC = 18, IP_TRANSPARENT = 19, IP_ORIGDSTADDR = 20, IP_CHECKSUM = 23, IP_RECVERR_RFC4884 = 26, IP_BIND_ADDRESS_NO_PORT = 24, IP_MULTICAST_IF = 32, IP_MULTICAST_TTL = 33, IP_MULTICAST_LOOP = 34, IP_ADD_MEMBERSHIP = 35, IP_DROP_MEMBERSHIP = 36,
       IP_MULTICAST_ALL = 49 };
enum { IPV6_UNICAST_HOPS = 16, IPV6_MULTICAST_IF = 17, IPV6_MULTICAST_HOPS = 18, IPV6_MULTICAST_LOOP = 19, IPV6_JOIN_GROUP = 20, IPV6_LEAVE_GROUP = 21,
       IPV6_MTU_DISCOVER = 23, IPV6_MTU = 24, IPV6_RECVERR = 25, IPV6_V6ONLY = 26, IPV6_MULTICAST_ALL = 29, IPV6_RECVPKTINFO = 49, IPV6_PKTINFO = 50,
       IPV6_RECVHOPLIMIT = 51, IPV6_HOPLIMIT = 52, IPV6_DONTFRAG = 62, IPV6_RECVTCLASS = 66, IPV6_TCLASS = 67, IPV6_AUTOFLOWLABEL = 70 };
enum { MCAST_JOIN_GROUP = 42, MCAST_LEAVE_GROUP = 45 }; /* of both levels: RFC 3678 */

#define PMTUDISC_DO 2   /* and from there on: nothing is cut */
#define PMTUDISC_MOST 5

/* struct in_pktinfo, in6_pktinfo */
struct pktinfo {
	int32_t device;
	uint32_t source, to;
};
_Static_assert(sizeof(struct pktinfo) == 12, "struct in_pktinfo");
struct pktinfo6 {
	uint8_t address[16];
	uint32_t device;
};
_Static_assert(sizeof(struct pktinfo6) == 20, "struct in6_pktinfo");
