/* Neighbours: their link-level addresses. */
#include "netlink.h"

enum { NDA_DST = 1, NDA_LLADDR = 2 };
enum { NUD_INCOMPLETE = 0x01, NUD_REACHABLE = 0x02, NUD_PERMANENT = 0x80, RTN_UNICAST = 1 };

struct ndmsg {
	uint8_t family, pad1;
	uint16_t pad2;
	int32_t index;
	uint16_t state;
	uint8_t flags, type;
};
_Static_assert(sizeof(struct ndmsg) == 12, "struct ndmsg");

void neighbour_dump(struct answer *answer, const struct nlmsghdr *header)
{
	struct rr_ip_neighbour neighbour;
	uint8_t family = dump_family(header);
	for (unsigned i = 0; rr_ip_get_neighbour(i, &neighbour); i++) {
		struct ndmsg *info = !family || family == family_of(&neighbour.address) ? answer_begin(answer, RTM_NEWNEIGH, sizeof(*info)) : NULL;
		if (!info)
			continue;
		uint16_t state = neighbour.permanent ? NUD_PERMANENT : neighbour.known ? NUD_REACHABLE : NUD_INCOMPLETE;
		*info = (struct ndmsg){ .family = family_of(&neighbour.address), .index = (int)neighbour.device->index, .state = state, .type = RTN_UNICAST };
		answer_ip(answer, NDA_DST, &neighbour.address);
		if (neighbour.known)
			answer_attribute(answer, NDA_LLADDR, neighbour.mac, sizeof(neighbour.mac));
	}
}

int neighbour_change(const struct nlmsghdr *header)
{
	struct request request;
	struct rr_ip address;
	int error = request_parse(header, sizeof(struct ndmsg), &request);
	if (error)
		return error;
	const struct ndmsg *info = request.fixed;
	const struct rtattr *mac = request.attributes[NDA_LLADDR];
	if (info->family != AF_INET && info->family != AF_INET6)
		return -EAFNOSUPPORT;
	if (request_ip(&request, NDA_DST, info->family, &address))
		return -EINVAL;
	struct rr_netdev *device = rr_netdev_by_index((unsigned)info->index);
	if (!device)
		return -ENODEV;
	if (header->type == RTM_DELNEIGH) {
		error = rr_ip_set_neighbour(device, &address, NULL);
		return error == -ENXIO ? -ENOENT : error;
	}
	if (!mac || mac->length < sizeof(*mac) + 6 || device->offloads & RR_NETDEV_LOOPBACK)
		return -EINVAL;
	return rr_ip_set_neighbour(device, &address, (const uint8_t *)(mac + 1));
}
