/* Routes as route(8) sets them. */
#include "net-ioctl.h"

#define RTF_GATEWAY 2
#define RTF_HOST 4

struct rtentry {
	uint64_t pad1;
	struct sockaddr_in destination, gateway, mask;
	uint16_t flags, pad2;
	uint64_t pad3;
	uint8_t tos, class;
	uint16_t pad4[3];
	int16_t metric; /* and one */
	uint64_t device; /* its name, or NULL */
	uint64_t mtu, window;
	uint16_t irtt;
};
_Static_assert(sizeof(struct rtentry) == 120, "struct rtentry");

static int read_route(const struct rtentry *entry, struct rr_ip_route *out)
{
	uint32_t holes = ~rr_net32(entry->mask.address);
	char name[RR_NETDEV_NAME];
	if (entry->destination.family != AF_INET)
		return -EAFNOSUPPORT;
	if (entry->flags & RTF_HOST)
		holes = 0;
	if (holes & (holes + 1) || entry->destination.address & rr_net32(holes))
		return -EINVAL;
	*out = (struct rr_ip_route){ .network = rr_ip_v4(entry->destination.address), .prefix = holes ? (unsigned)__builtin_clz(holes) : 32, .router = RR_IP_ANY_V4 };
	if (entry->metric > 0)
		out->metric = (uint32_t)entry->metric - 1;
	if (entry->flags & RTF_GATEWAY)
		out->router = rr_ip_v4(entry->gateway.address);
	if (!entry->device)
		return 0;
	long length = rr_string_from_user(name, entry->device, sizeof(name));
	if (length < 0)
		return length == -EFAULT ? -EFAULT : -ENODEV;
	out->device = rr_netdev_by_name(name);
	return out->device ? 0 : -ENODEV;
}

long ioctl_route(unsigned command, uint64_t argument)
{
	struct rtentry entry;
	struct rr_ip_route route;
	if (!rr_capable(CAP_NET_ADMIN))
		return -EPERM;
	if (rr_get_user(entry, argument))
		return -EFAULT;
	int error = read_route(&entry, &route);
	if (error)
		return error;
	if (command == SIOCDELRT)
		return rr_ip_remove_route(&route);
	if (!route.device && rr_ip_is_any(&route.router))
		return -ENODEV;
	return rr_ip_add_route(&route);
}
