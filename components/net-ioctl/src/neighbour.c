/* Neighbours as arp(8) shows and sets them: arp(7). */
#include <rr/string.h>
#include "net-ioctl.h"

#define ATF_COM 2
#define ATF_PERM 4

struct arpreq {
	struct sockaddr_in address;
	uint16_t hardware_family;
	uint8_t hardware[14];
	int32_t flags;
	struct sockaddr_in mask;
	char device[RR_NETDEV_NAME];
};
_Static_assert(sizeof(struct arpreq) == 68, "struct arpreq");

/* The interface that is named, or the one the address is behind. */
static int find_device(struct arpreq *request, const struct rr_ip *address, struct rr_netdev **out)
{
	struct rr_ip_path path;
	struct rr_ip any = RR_IP_ANY_V4;
	request->device[sizeof(request->device) - 1] = 0;
	if (request->device[0]) {
		*out = rr_netdev_by_name(request->device);
		return *out ? 0 : -ENODEV;
	}
	int error = rr_ip_find_path(address, &any, 0, &path);
	*out = path.device;
	return error;
}

static long get(struct arpreq *request, const struct rr_netdev *device, uint64_t argument)
{
	struct rr_ip_neighbour neighbour;
	for (unsigned i = 0; rr_ip_get_neighbour(i, &neighbour); i++) {
		if (neighbour.device != device || !rr_ip_is_v4(&neighbour.address) || neighbour.address.words[3] != request->address.address)
			continue;
		request->hardware_family = ARPHRD_ETHER;
		memcpy(request->hardware, neighbour.mac, sizeof(neighbour.mac));
		request->flags = (neighbour.known ? ATF_COM : 0) | (neighbour.permanent ? ATF_PERM : 0);
		memcpy(request->device, device->name, sizeof(request->device));
		return rr_put_user(*request, argument);
	}
	return -ENXIO;
}

long ioctl_neighbour(unsigned command, uint64_t argument)
{
	struct arpreq request;
	struct rr_netdev *device;
	if (command != SIOCGARP && !rr_capable(CAP_NET_ADMIN))
		return -EPERM;
	if (rr_get_user(request, argument))
		return -EFAULT;
	if (request.address.family != AF_INET)
		return -EPFNOSUPPORT;
	struct rr_ip address = rr_ip_v4(request.address.address);
	int error = find_device(&request, &address, &device);
	if (error)
		return error;
	if (command == SIOCGARP)
		return get(&request, device, argument);
	if (command == SIOCDARP)
		return rr_ip_set_neighbour(device, &address, NULL);
	if (device->offloads & RR_NETDEV_LOOPBACK || request.hardware_family != ARPHRD_ETHER)
		return -EINVAL;
	return rr_ip_set_neighbour(device, &address, request.hardware);
}
