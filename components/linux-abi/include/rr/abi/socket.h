/* Sockets: linux/socket.h, asm-generic/socket.h, linux/net.h, linux/un.h, linux/sockios.h. */
#pragma once
#include <rr/types.h>

#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16
#define AF_PACKET 17
#define AF_COUNT 46

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_SEQPACKET 5
#define SOCK_PACKET 10
#define SOCK_COUNT 11
#define SOCK_TYPE_MASK 0xf
#define SOCK_NONBLOCK 0x800
#define SOCK_CLOEXEC 0x80000

#define SHUT_RD 0
#define SHUT_WR 1
#define SHUT_RDWR 2

#define SOMAXCONN 4096 /* net.core.somaxconn */

#define MSG_OOB 0x1u
#define MSG_PEEK 0x2u
#define MSG_DONTROUTE 0x4u
#define MSG_CTRUNC 0x8u
#define MSG_TRUNC 0x20u
#define MSG_DONTWAIT 0x40u
#define MSG_EOR 0x80u
#define MSG_WAITALL 0x100u
#define MSG_CONFIRM 0x800u
#define MSG_ERRQUEUE 0x2000u
#define MSG_NOSIGNAL 0x4000u
#define MSG_MORE 0x8000u
#define MSG_WAITFORONE 0x10000u
#define MSG_CMSG_CLOEXEC 0x40000000u
#define MSG_CMSG_COMPAT 0x80000000u

#define SOL_SOCKET 1
#define SO_DEBUG 1
#define SO_REUSEADDR 2
#define SO_TYPE 3
#define SO_ERROR 4
#define SO_DONTROUTE 5
#define SO_BROADCAST 6
#define SO_SNDBUF 7
#define SO_RCVBUF 8
#define SO_KEEPALIVE 9
#define SO_OOBINLINE 10
#define SO_NO_CHECK 11
#define SO_PRIORITY 12
#define SO_LINGER 13
#define SO_BSDCOMPAT 14
#define SO_REUSEPORT 15
#define SO_PASSCRED 16
#define SO_PEERCRED 17
#define SO_RCVLOWAT 18
#define SO_SNDLOWAT 19
#define SO_RCVTIMEO 20
#define SO_SNDTIMEO 21
#define SO_BINDTODEVICE 25
#define SO_PEERNAME 28
#define SO_TIMESTAMP 29
#define SO_ACCEPTCONN 30
#define SO_PEERSEC 31
#define SO_SNDBUFFORCE 32
#define SO_RCVBUFFORCE 33
#define SO_PASSSEC 34
#define SO_TIMESTAMPNS 35
#define SO_MARK 36
#define SO_ATTACH_FILTER 26
#define SO_DETACH_FILTER 27
#define SO_PROTOCOL 38
#define SO_DOMAIN 39
#define SO_TIMESTAMPING 37
#define SO_RXQ_OVFL 40
#define SO_PEEK_OFF 42
#define SO_NOFCS 43
#define SO_LOCK_FILTER 44
#define SO_SELECT_ERR_QUEUE 45
#define SO_BUSY_POLL 46
#define SO_MAX_PACING_RATE 47
#define SO_INCOMING_CPU 49
#define SO_COOKIE 57
#define SO_PEERGROUPS 59
#define SO_ZEROCOPY 60
#define SO_RCVTIMEO_NEW 66
#define SO_SNDTIMEO_NEW 67
#define SO_PREFER_BUSY_POLL 69
#define SO_BUSY_POLL_BUDGET 70

#define SCM_RIGHTS 1
#define SCM_CREDENTIALS 2
#define SCM_TIMESTAMP SO_TIMESTAMP
#define SCM_TIMESTAMPNS SO_TIMESTAMPNS
#define SCM_MAX_FD 253

#define SIOCOUTQ 0x5411u
#define SIOCINQ 0x541bu
#define FIOSETOWN 0x8901u
#define SIOCSPGRP 0x8902u
#define FIOGETOWN 0x8903u
#define SIOCGPGRP 0x8904u
#define SIOCATMARK 0x8905u

#define UIO_MAXIOV 1024

/* struct sockaddr_storage */
struct rr_abi_sockaddr {
	uint16_t family;
	char data[126];
};
_Static_assert(sizeof(struct rr_abi_sockaddr) == 128, "struct sockaddr_storage");

struct rr_abi_sockaddr_un {
	uint16_t family;
	char path[108];
};
_Static_assert(sizeof(struct rr_abi_sockaddr_un) == 110, "struct sockaddr_un");

struct rr_abi_msghdr {
	uint64_t name;
	int32_t namelen;
	uint32_t reserved;
	uint64_t iov, iovlen;
	uint64_t control, controllen;
	uint32_t flags, reserved2;
};
_Static_assert(sizeof(struct rr_abi_msghdr) == 56, "struct user_msghdr");

struct rr_abi_mmsghdr {
	struct rr_abi_msghdr header;
	uint32_t length, reserved;
};
_Static_assert(sizeof(struct rr_abi_mmsghdr) == 64, "struct mmsghdr");

struct rr_abi_cmsghdr {
	uint64_t length; /* with this header */
	int32_t level, type;
};
_Static_assert(sizeof(struct rr_abi_cmsghdr) == 16, "struct cmsghdr");

struct rr_abi_ucred {
	int32_t pid;
	uint32_t uid, gid;
};
_Static_assert(sizeof(struct rr_abi_ucred) == 12, "struct ucred");

struct rr_abi_linger {
	int32_t on, seconds;
};
_Static_assert(sizeof(struct rr_abi_linger) == 8, "struct linger");
