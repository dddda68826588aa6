/* Interfaces: netdevice(7). */
#include <rr/socket.h>
#include <rr/string.h>
#include "net-ioctl.h"

#define QUEUE_LENGTH 1000
#define LEAST_MTU 68u /* RFC 791 */

static long give_name(uint64_t argument)
{
	struct ifreq request;
	if (rr_get_user(request, argument))
		return -EFAULT;
	struct rr_netdev *device = rr_netdev_by_index((unsigned)request.number);
	if (!device)
		return -ENODEV;
	memcpy(request.name, device->name, sizeof(request.name));
	return rr_put_user(request, argument);
}

static void give_hardware_address(const struct rr_netdev *device, struct ifreq *request)
{
	bool loopback = device->offloads & RR_NETDEV_LOOPBACK;
	memset(request->room, 0, sizeof(request->room));
	request->hardware.family = loopback ? ARPHRD_LOOPBACK : ARPHRD_ETHER;
	if (!loopback)
		memcpy(request->hardware.bytes, device->mac, sizeof(device->mac));
}

static int get(struct rr_netdev *device, unsigned command, struct ifreq *request)
{
	switch (command) {
	case SIOCGIFFLAGS: request->flags = (int16_t)rr_netdev_flags(device); return 0;
	case SIOCGIFINDEX: request->number = (int)device->index; return 0;
	case SIOCGIFMETRIC: request->number = 0; return 0;
	case SIOCGIFMTU: request->number = (int)device->mtu; return 0;
	case SIOCGIFTXQLEN: request->number = QUEUE_LENGTH; return 0;
	case SIOCGIFHWADDR: give_hardware_address(device, request); return 0;
	case SIOCGIFMAP: memset(request->room, 0, sizeof(request->room)); return 0;
	default: return -ENOTTY;
	}
}

static int set_flags(struct rr_netdev *device, unsigned flags)
{
	device->promiscuous = flags & RR_IFF_PROMISC;
	device->all_multicast = flags & RR_IFF_ALLMULTI;
	if (device->up && device->ops->filter)
		device->ops->filter(device);
	if (flags & RR_IFF_UP)
		return rr_netdev_up(device);
	rr_netdev_down(device);
	return 0;
}

static int set_mtu(struct rr_netdev *device, int mtu)
{
	if (mtu < (int)LEAST_MTU || mtu > (int)device->most_mtu)
		return -EINVAL;
	device->mtu = (uint32_t)mtu;
	rr_netdev_changed(device);
	return 0;
}

static int set(struct rr_netdev *device, unsigned command, const struct ifreq *request)
{
	if (!rr_capable(CAP_NET_ADMIN))
		return -EPERM;
	switch (command) {
	case SIOCSIFFLAGS: return set_flags(device, (uint16_t)request->flags);
	case SIOCSIFMTU: return set_mtu(device, request->number);
	case SIOCSIFTXQLEN: return request->number < 0 ? -EINVAL : 0;
	default: return -EOPNOTSUPP;
	}
}

static bool is_setting(unsigned command)
{
	return command == SIOCSIFFLAGS || command == SIOCSIFMTU || command == SIOCSIFTXQLEN || command == SIOCSIFMETRIC || command == SIOCSIFNAME ||
	       command == SIOCSIFHWADDR;
}

static bool is_about_addresses(unsigned command) { return command >= SIOCGIFADDR && command <= SIOCSIFNETMASK; }

static long about_device(int family, unsigned command, uint64_t argument)
{
	struct ifreq request;
	if (rr_get_user(request, argument))
		return -EFAULT;
	request.name[sizeof(request.name) - 1] = 0;
	char *alias = strchr(request.name, ':'); /* of addresses beyond the first, which have no names here */
	if (alias)
		*alias = 0;
	if (is_about_addresses(command) && family != AF_INET)
		return -ENOTTY;
	struct rr_netdev *device = rr_netdev_by_name(request.name);
	if (!device)
		return -ENODEV;
	int error = is_about_addresses(command) ? ioctl_address(device, command, &request) : is_setting(command) ? set(device, command, &request) : get(device, command, &request);
	return error ? error : rr_put_user(request, argument);
}

static long interface_ioctl(int family, unsigned command, uint64_t argument)
{
	switch (command) {
	case SIOCGIFCONF: return ioctl_ifconf(argument);
	case SIOCGIFNAME: return give_name(argument);
	case SIOCADDRT:
	case SIOCDELRT: return family == AF_INET ? ioctl_route(command, argument) : -ENOTTY;
	case SIOCDARP:
	case SIOCGARP:
	case SIOCSARP: return family == AF_INET ? ioctl_neighbour(command, argument) : -ENOTTY;
	}
	return command >= SIOCGIFFLAGS && command <= SIOCGIFMAP ? about_device(family, command, argument) : -ENOTTY;
}

void rr_net_ioctl_init(void);
void rr_net_ioctl_init(void) { rr_socket_interface_ioctl = interface_ioctl; }
