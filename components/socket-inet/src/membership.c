/* Which multicast groups a socket is in, and where what it sends to one goes: ip(7), ipv6(7), RFC 3678. */
#include <rr/abi/errno.h>
#include <rr/string.h>
#include "inet.h"
#include "option-names.h"

/* struct ip_mreqn; the older struct ip_mreq lacks the last field, a bare address is the second. */
struct mreqn {
	uint32_t group, address;
	int32_t device;
};
_Static_assert(sizeof(struct mreqn) == 12, "struct ip_mreqn");
#define MREQ_SIZE 8u

struct mreq6 {
	uint8_t group[16];
	int32_t device;
};
_Static_assert(sizeof(struct mreq6) == 20, "struct ipv6_mreq");

struct group_req {
	uint32_t device, padding;
	struct rr_abi_sockaddr group;
};
_Static_assert(sizeof(struct group_req) == 136, "struct group_req");

static struct rr_netdev *device_with(uint32_t address)
{
	struct rr_ip wanted = rr_ip_v4(address);
	struct rr_ip_address each;
	for (unsigned index = 0; rr_ip_get_address(index, &each); index++)
		if (rr_ip_equal(&each.address, &wanted))
			return each.device;
	return NULL;
}

/* `number` 0: any. -ENODEV: there is none of that number. */
static int change(struct rr_udp *udp, const struct rr_ip *group, unsigned number, bool join)
{
	struct rr_netdev *device = number ? rr_netdev_by_index(number) : NULL;
	if (!rr_ip_is_multicast(group))
		return join ? -EINVAL : -EADDRNOTAVAIL;
	if (number && !device)
		return join ? -ENODEV : -EADDRNOTAVAIL;
	return join ? rr_udp_join(udp, group, device) : rr_udp_leave(udp, group, device);
}

static int change_v4(struct rr_udp *udp, bool join, uint64_t value, unsigned length)
{
	struct mreqn request = { 0 };
	if (length < MREQ_SIZE)
		return -EINVAL;
	if (rr_copy_from_user(&request, value, length < sizeof(request) ? MREQ_SIZE : sizeof(request)))
		return -EFAULT;
	struct rr_ip group = rr_ip_v4(request.group);
	if (!request.device && request.address) {
		struct rr_netdev *device = device_with(request.address);
		if (!device && rr_ip_is_multicast(&group))
			return join ? -ENODEV : -EADDRNOTAVAIL;
		request.device = device ? (int32_t)device->index : 0;
	}
	return change(udp, &group, (unsigned)request.device, join);
}

static int change_v6(struct rr_udp *udp, bool join, uint64_t value, unsigned length)
{
	struct mreq6 request;
	struct rr_ip group;
	if (length < sizeof(request))
		return -EINVAL;
	if (rr_copy_from_user(&request, value, sizeof(request)))
		return -EFAULT;
	memcpy(group.bytes, request.group, 16);
	if (rr_ip_is_v4(&group))
		return join ? -EINVAL : -EADDRNOTAVAIL;
	return change(udp, &group, (unsigned)request.device, join);
}

static int change_any(struct rr_udp *udp, bool v6, bool join, uint64_t value, unsigned length)
{
	struct group_req request;
	struct rr_ip group;
	uint32_t word;
	if (length < sizeof(request))
		return -EINVAL;
	if (rr_copy_from_user(&request, value, sizeof(request)))
		return -EFAULT;
	if (request.group.family != (v6 ? AF_INET6 : AF_INET))
		return v6 ? -EADDRNOTAVAIL : -EINVAL;
	if (v6) {
		memcpy(group.bytes, request.group.data + 6, 16);
		return change(udp, &group, request.device, join);
	}
	memcpy(&word, request.group.data + 2, 4);
	group = rr_ip_v4(word);
	return change(udp, &group, request.device, join);
}

int inet_set_membership(struct rr_udp *udp, int level, int name, uint64_t value, unsigned length)
{
	if (level == IPPROTO_IP && (name == IP_ADD_MEMBERSHIP || name == IP_DROP_MEMBERSHIP))
		return change_v4(udp, name == IP_ADD_MEMBERSHIP, value, length);
	if (level == IPPROTO_IPV6 && (name == IPV6_JOIN_GROUP || name == IPV6_LEAVE_GROUP))
		return change_v6(udp, name == IPV6_JOIN_GROUP, value, length);
	if (name == MCAST_JOIN_GROUP || name == MCAST_LEAVE_GROUP)
		return change_any(udp, level == IPPROTO_IPV6, name == MCAST_JOIN_GROUP, value, length);
	return -ENOPROTOOPT;
}

int inet_set_multicast_device(struct rr_udp *udp, uint64_t value, unsigned length)
{
	struct rr_udp_settings *settings = &udp->version[0];
	struct mreqn request = { 0 };
	if (length < sizeof(request.address))
		return -EINVAL;
	int error = length >= MREQ_SIZE ? rr_copy_from_user(&request, value, length < sizeof(request) ? MREQ_SIZE : sizeof(request))
	                                : rr_copy_from_user(&request.address, value, sizeof(request.address));
	if (error)
		return -EFAULT;
	struct rr_netdev *device = request.device ? rr_netdev_by_index((unsigned)request.device) : request.address ? device_with(request.address) : NULL;
	if (!device && (request.device || request.address))
		return -EADDRNOTAVAIL;
	settings->multicast_device = device ? device->index : 0;
	settings->multicast_source = request.address ? rr_ip_v4(request.address) : RR_IP_ANY_V4;
	return 0;
}
