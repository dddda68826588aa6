/* Private to net-ioctl: what netdevice(7) describes. */
#pragma once
#include <rr/abi/errno.h>
#include <rr/abi/socket.h>
#include <rr/credentials.h>
#include <rr/ip.h>
#include <rr/uaccess.h>

enum {
	SIOCADDRT = 0x890b, SIOCDELRT,
	SIOCGIFNAME = 0x8910, SIOCGIFCONF = 0x8912, SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCGIFADDR, SIOCSIFADDR, SIOCGIFDSTADDR, SIOCSIFDSTADDR, SIOCGIFBRDADDR,
	SIOCSIFBRDADDR, SIOCGIFNETMASK, SIOCSIFNETMASK, SIOCGIFMETRIC, SIOCSIFMETRIC, SIOCGIFMTU = 0x8921, SIOCSIFMTU, SIOCSIFNAME, SIOCSIFHWADDR,
	SIOCGIFHWADDR = 0x8927, SIOCGIFINDEX = 0x8933, SIOCGIFTXQLEN = 0x8942, SIOCSIFTXQLEN, SIOCDARP = 0x8953, SIOCGARP, SIOCSARP, SIOCGIFMAP = 0x8970,
};

#define ARPHRD_ETHER 1
#define ARPHRD_LOOPBACK 772

struct sockaddr_in {
	uint16_t family, port;
	uint32_t address; /* network order */
	uint8_t zero[8];
};
_Static_assert(sizeof(struct sockaddr_in) == 16, "struct sockaddr_in");

struct ifreq {
	char name[RR_NETDEV_NAME];
	union {
		struct sockaddr_in address;
		struct {
			uint16_t family;
			uint8_t bytes[14];
		} hardware;
		int16_t flags;
		int32_t number;
		uint8_t room[24];
	};
};
_Static_assert(sizeof(struct ifreq) == 40, "struct ifreq");

/* address.c. Each: 0 or -errno; `request` is what the program gave and gets. */
int ioctl_address(struct rr_netdev *device, unsigned command, struct ifreq *request);
long ioctl_ifconf(uint64_t argument);
/* route.c, neighbour.c: the structure is in the program's memory. */
long ioctl_route(unsigned command, uint64_t argument);
long ioctl_neighbour(unsigned command, uint64_t argument);
