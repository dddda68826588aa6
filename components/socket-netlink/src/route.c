/* Routes of the main table. */
#include "netlink.h"

enum { RTA_DST = 1, RTA_IIF = 3, RTA_OIF = 4, RTA_GATEWAY = 5, RTA_PRIORITY = 6, RTA_PREFSRC = 7, RTA_TABLE = 15 };
enum { RT_TABLE_MAIN = 254, RT_SCOPE_UNIVERSE = 0, RT_SCOPE_LINK = 253, RTN_UNICAST = 1, RTN_LOCAL = 2, RTPROT_UNSPEC = 0, RTPROT_BOOT = 3, RTM_F_CLONED = 0x200 };
#define IPV6_METRIC 1024u

struct rtmsg {
	uint8_t family, prefix, source_prefix, tos, table, protocol, scope, type;
	uint32_t flags;
};
_Static_assert(sizeof(struct rtmsg) == 12, "struct rtmsg");

void route_write(struct answer *answer, uint16_t type, const struct rr_ip_route *route)
{
	struct rtmsg *info = answer_begin(answer, type, sizeof(*info));
	struct rr_ip_address own;
	bool v4 = rr_ip_is_v4(&route->network), direct = rr_ip_is_any(&route->router);
	if (!info)
		return;
	*info = (struct rtmsg){ .family = family_of(&route->network), .prefix = (uint8_t)route->prefix, .table = RT_TABLE_MAIN, .protocol = route->origin ? route->origin : RTPROT_BOOT,
		.scope = v4 && direct ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE, .type = RTN_UNICAST };
	answer_u32(answer, RTA_TABLE, RT_TABLE_MAIN);
	if (route->prefix)
		answer_ip(answer, RTA_DST, &route->network);
	if (route->metric || !v4)
		answer_u32(answer, RTA_PRIORITY, route->metric ? route->metric : IPV6_METRIC);
	if (!direct)
		answer_ip(answer, RTA_GATEWAY, &route->router);
	for (unsigned i = 0; v4 && direct && route->origin == RR_IP_ORIGIN_KERNEL && rr_ip_get_address(i, &own); i++)
		if (own.device == route->device && own.prefix == route->prefix && rr_ip_is_v4(&own.address) &&
		    !((own.address.words[3] ^ route->network.words[3]) & (own.prefix ? rr_net32(0xffffffffu << (32 - own.prefix)) : 0))) {
			answer_ip(answer, RTA_PREFSRC, &own.address);
			break;
		}
	answer_u32(answer, RTA_OIF, route->device->index);
}

/* Those through the loopback interface are of Linux's table "local". */
void route_dump(struct answer *answer, const struct nlmsghdr *header)
{
	struct rr_ip_route route;
	uint8_t family = dump_family(header);
	for (unsigned i = 0; rr_ip_get_route(i, &route); i++)
		if (route.device->up && !(route.device->offloads & RR_NETDEV_LOOPBACK) && (!family || family == family_of(&route.network)))
			route_write(answer, RTM_NEWROUTE, &route);
}

static int parse(const struct nlmsghdr *header, struct request *request)
{
	int error = request_parse(header, sizeof(struct rtmsg), request);
	const struct rtmsg *info = request->fixed;
	if (error)
		return error;
	return info->family == AF_INET || info->family == AF_INET6 ? 0 : -EOPNOTSUPP;
}

/* ip route get: the way a packet would take. */
int route_get(struct answer *answer, const struct nlmsghdr *header)
{
	struct request request;
	struct rr_ip_path path;
	int error = parse(header, &request);
	if (error)
		return error;
	const struct rtmsg *asked = request.fixed;
	bool v4 = asked->family == AF_INET;
	struct rr_ip to = v4 ? RR_IP_ANY_V4 : RR_IP_ANY, from = to;
	if (request_ip(&request, RTA_DST, asked->family, &to) == -EINVAL)
		return -EINVAL;
	unsigned device = request_u32(&request, RTA_OIF, 0);
	error = rr_ip_find_path(&to, &from, device, &path);
	if (error)
		return error;
	bool local = path.device->offloads & RR_NETDEV_LOOPBACK;
	struct rtmsg *info = answer_begin(answer, RTM_NEWROUTE, sizeof(*info));
	if (!info)
		return -ENOBUFS;
	*info = (struct rtmsg){ .family = asked->family, .prefix = v4 ? 32 : 128, .table = RT_TABLE_MAIN, .type = local ? RTN_LOCAL : RTN_UNICAST, .flags = RTM_F_CLONED };
	answer_u32(answer, RTA_TABLE, RT_TABLE_MAIN);
	answer_ip(answer, RTA_DST, &to);
	if (!rr_ip_equal(&path.next_hop, &to))
		answer_ip(answer, RTA_GATEWAY, &path.next_hop);
	answer_u32(answer, RTA_OIF, path.device->index);
	answer_ip(answer, RTA_PREFSRC, &path.source);
	return 0;
}

int route_change(const struct nlmsghdr *header)
{
	struct request request;
	int error = parse(header, &request);
	if (error)
		return error;
	const struct rtmsg *info = request.fixed;
	struct rr_ip any = info->family == AF_INET ? RR_IP_ANY_V4 : RR_IP_ANY;
	struct rr_ip_route route = { .network = any, .router = any, .prefix = info->prefix, .metric = request_u32(&request, RTA_PRIORITY, 0), .origin = info->protocol };
	unsigned index = request_u32(&request, RTA_OIF, 0);
	if (info->prefix > (info->family == AF_INET ? 32 : 128) || request_ip(&request, RTA_DST, info->family, &route.network) == -EINVAL ||
	    request_ip(&request, RTA_GATEWAY, info->family, &route.router) == -EINVAL)
		return -EINVAL;
	if (info->table && info->table != RT_TABLE_MAIN)
		return -EOPNOTSUPP;
	if (index && !(route.device = rr_netdev_by_index(index)))
		return -ENODEV;
	if (header->type == RTM_DELROUTE)
		return rr_ip_remove_route(&route);
	if (!route.device && rr_ip_is_any(&route.router))
		return -ENODEV;
	if (header->flags & NLM_F_REPLACE)
		rr_ip_remove_route(&(struct rr_ip_route){ .network = route.network, .prefix = route.prefix, .router = route.router });
	else if (!(header->flags & NLM_F_CREATE))
		return -ENOENT;
	return rr_ip_add_route(&route);
}
