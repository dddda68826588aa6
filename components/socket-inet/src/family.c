/* AF_INET and AF_INET6. */
#include <rr/abi/errno.h>
#include <rr/ip-v6.h>
#include <rr/socket-inet.h>
#include "inet.h"

void (*rr_inet_raw_each)(void (*each)(void *argument, const struct rr_inet_raw_entry *entry), void *argument);
int (*rr_inet_create_raw)(int family, int type, int protocol, struct rr_socket **out);

static bool is_ping(int type, int protocol) { return type == SOCK_DGRAM && (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6); }

static int create(int family, int type, int protocol, struct rr_socket **out)
{
	if (protocol < 0 || protocol >= IPPROTO_MAX)
		return -EINVAL;
	if (rr_inet_create_raw && (type == SOCK_RAW || is_ping(type, protocol)))
		return rr_inet_create_raw(family, type, protocol, out);
	return type == SOCK_DGRAM ? inet_datagram_create(family, type, protocol, out) : inet_stream_create(family, type, protocol, out);
}

static int create_v4(int type, int protocol, struct rr_socket **out) { return create(AF_INET, type, protocol, out); }
static int create_v6(int type, int protocol, struct rr_socket **out)
{
	return rr_ip6 ? create(AF_INET6, type, protocol, out) : -EAFNOSUPPORT; /* an image without the component ip6 */
}

static unsigned interface_number(const char *name)
{
	const struct rr_netdev *device = rr_netdev_by_name(name);
	return device ? device->index : 0;
}

static const char *interface_name(unsigned number)
{
	const struct rr_netdev *device = rr_netdev_by_index(number);
	return device ? device->name : NULL;
}

void rr_socket_inet_init(void);
void rr_socket_inet_init(void)
{
	static struct rr_socket_family v4 = { .number = AF_INET, .create = create_v4 }, v6 = { .number = AF_INET6, .create = create_v6 };
	rr_socket_interface_number = interface_number;
	rr_socket_interface_name = interface_name;
	/* A packet that comes before the program has a socket is refused as one to a port nobody has: whoever sent it tries again at once, not after a timeout. */
	rr_tcp_init();
	rr_udp_start();
	rr_socket_register(&v4);
	rr_socket_register(&v6);
}
