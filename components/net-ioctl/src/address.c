/* Addresses of interfaces. These ioctls know IPv4 only, and one address an interface: its first. */
#include <rr/string.h>
#include "net-ioctl.h"

static bool first_address(const struct rr_netdev *device, struct rr_ip_address *out)
{
	for (unsigned i = 0; rr_ip_get_address(i, out); i++)
		if (out->device == device && rr_ip_is_v4(&out->address))
			return true;
	return false;
}

/* Network order. */
static uint32_t mask_of(unsigned prefix) { return prefix ? rr_net32(0xffffffffu << (32 - prefix)) : 0; }

/* -EINVAL: ones behind zeros. */
static int prefix_of(uint32_t mask)
{
	uint32_t holes = ~rr_net32(mask);
	return holes & (holes + 1) ? -EINVAL : holes ? __builtin_clz(holes) : 32;
}

/* Of an address alone: RFC 791's classes, as Linux still has them. */
static unsigned class_prefix(uint32_t address)
{
	uint8_t first = (uint8_t)address;
	return !address ? 0 : first < 128 ? 8 : first < 192 ? 16 : first < 224 ? 24 : 32;
}

static void give(struct ifreq *request, uint32_t address)
{
	request->address = (struct sockaddr_in){ .family = AF_INET, .address = address };
}

static int get(struct rr_netdev *device, unsigned command, struct ifreq *request)
{
	struct rr_ip_address own;
	if (!first_address(device, &own))
		return -EADDRNOTAVAIL;
	uint32_t address = own.address.words[3], mask = mask_of(own.prefix);
	bool has_broadcast = !(device->offloads & RR_NETDEV_LOOPBACK) && own.prefix < 31;
	switch (command) {
	case SIOCGIFNETMASK: give(request, mask); return 0;
	case SIOCGIFBRDADDR: give(request, has_broadcast ? address | ~mask : 0); return 0;
	default: give(request, address); return 0; /* SIOCGIFADDR, SIOCGIFDSTADDR */
	}
}

static int replace(struct rr_netdev *device, uint32_t address, unsigned prefix)
{
	struct rr_ip_address old;
	struct rr_ip new = rr_ip_v4(address);
	if (first_address(device, &old))
		rr_ip_remove_address(device, &old.address);
	return address ? rr_ip_add_address(device, &new, prefix) : 0;
}

static int set(struct rr_netdev *device, unsigned command, const struct ifreq *request)
{
	struct rr_ip_address own;
	uint32_t value = request->address.address;
	if (!rr_capable(CAP_NET_ADMIN))
		return -EPERM;
	if (request->address.family != AF_INET)
		return -EINVAL;
	if (command == SIOCSIFADDR)
		return replace(device, value, class_prefix(value));
	if (!first_address(device, &own))
		return -EADDRNOTAVAIL;
	if (command != SIOCSIFNETMASK)
		return 0; /* the broadcast address follows from the mask; there are no point-to-point links */
	int prefix = prefix_of(value);
	return prefix < 0 ? prefix : replace(device, own.address.words[3], (unsigned)prefix);
}

int ioctl_address(struct rr_netdev *device, unsigned command, struct ifreq *request)
{
	switch (command) {
	case SIOCGIFADDR:
	case SIOCGIFDSTADDR:
	case SIOCGIFBRDADDR:
	case SIOCGIFNETMASK: return get(device, command, request);
	default: return set(device, command, request);
	}
}

/* struct ifconf */
struct ifconf {
	int32_t length, pad;
	uint64_t buffer;
};

long ioctl_ifconf(uint64_t argument)
{
	struct ifconf conf;
	struct rr_ip_address own;
	int32_t done = 0;
	if (rr_get_user(conf, argument))
		return -EFAULT;
	for (unsigned i = 0; rr_ip_get_address(i, &own); i++) {
		struct ifreq entry = { 0 };
		if (!rr_ip_is_v4(&own.address))
			continue;
		if (conf.buffer && conf.length - done < (int32_t)sizeof(entry))
			break;
		memcpy(entry.name, own.device->name, sizeof(entry.name));
		give(&entry, own.address.words[3]);
		if (conf.buffer && rr_put_user(entry, conf.buffer + (uint32_t)done))
			return -EFAULT;
		done += (int32_t)sizeof(entry);
	}
	conf.length = done;
	return rr_put_user(conf, argument);
}
