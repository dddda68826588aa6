/* Addresses of links. */
#include <rr/clock.h>
#include <rr/string.h>
#include "netlink.h"

enum { IFA_ADDRESS = 1, IFA_LOCAL = 2, IFA_LABEL = 3, IFA_BROADCAST = 4, IFA_CACHEINFO = 6, IFA_FLAGS = 8 };

struct ifaddrmsg {
	uint8_t family, prefix, flags, scope;
	uint32_t index;
};
_Static_assert(sizeof(struct ifaddrmsg) == 8, "struct ifaddrmsg");

struct ifa_cacheinfo {
	uint32_t preferred, valid; /* seconds */
	uint32_t created, updated; /* hundredths of a second since boot */
};

static uint32_t seconds_until(uint64_t time)
{
	uint64_t now = rr_clock_monotonic();
	return time == UINT64_MAX ? UINT32_MAX : time <= now ? 0 : (uint32_t)rr_min((time - now) / RR_NSEC_PER_SEC, (uint64_t)UINT32_MAX - 1);
}

void address_write(struct answer *answer, uint16_t type, const struct rr_ip_address *address)
{
	const struct rr_netdev *device = address->device;
	struct ifaddrmsg *info = answer_begin(answer, type, sizeof(*info));
	bool v4 = rr_ip_is_v4(&address->address);
	if (!info)
		return;
	*info = (struct ifaddrmsg){ family_of(&address->address), (uint8_t)address->prefix, (uint8_t)address->flags, (uint8_t)rr_ip_scope(&address->address), device->index };
	struct ifa_cacheinfo lifetime = { .preferred = seconds_until(address->preferred_until), .valid = seconds_until(address->valid_until) };
	answer_ip(answer, IFA_ADDRESS, &address->address);
	if (v4) {
		answer_ip(answer, IFA_LOCAL, &address->address);
		if (!(device->offloads & RR_NETDEV_LOOPBACK) && address->prefix < 31) {
			struct rr_ip broadcast = address->address;
			broadcast.words[3] |= rr_net32(address->prefix ? 0xffffffffu >> address->prefix : 0xffffffffu);
			answer_ip(answer, IFA_BROADCAST, &broadcast);
		}
		answer_attribute(answer, IFA_LABEL, device->name, (uint32_t)strlen(device->name) + 1);
	}
	answer_u32(answer, IFA_FLAGS, address->flags);
	answer_attribute(answer, IFA_CACHEINFO, &lifetime, sizeof(lifetime));
}

void address_dump(struct answer *answer, const struct nlmsghdr *header)
{
	struct rr_ip_address address;
	uint8_t family = dump_family(header);
	for (unsigned i = 0; rr_ip_get_address(i, &address); i++)
		if (!family || family == family_of(&address.address))
			address_write(answer, RTM_NEWADDR, &address);
}

int address_change(const struct nlmsghdr *header)
{
	struct request request;
	struct rr_ip address;
	int error = request_parse(header, sizeof(struct ifaddrmsg), &request);
	if (error)
		return error;
	const struct ifaddrmsg *info = request.fixed;
	if (info->family != AF_INET && info->family != AF_INET6)
		return -EAFNOSUPPORT;
	error = request_ip(&request, IFA_LOCAL, info->family, &address);
	if (error == -ENOENT)
		error = request_ip(&request, IFA_ADDRESS, info->family, &address);
	struct rr_netdev *device = rr_netdev_by_index(info->index);
	if (error || info->prefix > (info->family == AF_INET ? 32 : 128))
		return -EINVAL;
	if (!device)
		return -ENODEV;
	address = rr_ip_with_zone(address, device->index);
	if (header->type == RTM_DELADDR)
		return rr_ip_remove_address(device, &address);
	error = rr_ip_add_address(device, &address, info->prefix);
	return error == -EEXIST && header->flags & NLM_F_REPLACE ? 0 : error;
}
