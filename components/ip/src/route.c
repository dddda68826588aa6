/* Routes, and paths that follow from them and from our addresses. */
#include <rr/abi/errno.h>
#include <rr/heap.h>
#include "internal.h"

struct route {
	struct rr_list link;
	struct rr_ip_route what;
};

static struct rr_list routes[2] = { RR_LIST_INIT(routes[0]), RR_LIST_INIT(routes[1]) }; /* [1]: IPv6 */
void (*rr_ip_watch_route)(const struct rr_ip_route *route, bool added);

static struct rr_ip_route *route_at(struct rr_list *node) { return &rr_list_entry(node, struct route, link)->what; }

/* The most specific route; among equals the one of the least metric. */
static const struct rr_ip_route *find_route(const struct rr_ip *to, unsigned device)
{
	const struct rr_ip_route *best = NULL;
	rr_list_for_each(node, &routes[!rr_ip_is_v4(to)]) {
		const struct rr_ip_route *route = route_at(node);
		if (!route->device->up || (device && route->device->index != device) || !rr_ip_same_network(&route->network, to, route->prefix))
			continue;
		if (!best || route->prefix > best->prefix || (route->prefix == best->prefix && route->metric < best->metric))
			best = route;
	}
	return best;
}

static int through(struct rr_netdev *device, const struct rr_ip *to, const struct rr_ip *from, const struct rr_ip *router, struct rr_ip_path *path)
{
	bool v6 = !rr_ip_is_v4(to);
	if (v6 && !rr_ip6)
		return -ENETUNREACH;
	*path = (struct rr_ip_path){ .device = device, .source = *from, .next_hop = rr_ip_is_any(router) ? *to : *router, .mtu = rr_min(v6 ? rr_ip6->mtu(device, to) : device->mtu, 65535u),
		.generation = rr_ip_generation };
	return rr_ip_is_any(from) && !address_choose(device, to, &path->source) ? -EADDRNOTAVAIL : 0;
}

static struct rr_netdev *any_device_for_group(const struct rr_ip *to, const struct rr_ip *from, unsigned number)
{
	if (number)
		return rr_netdev_by_index(number);
	struct rr_netdev *device = rr_ip_is_any(from) ? NULL : address_device(from);
	const struct rr_ip_route *route = device ? NULL : find_route(to, 0);
	if (route)
		device = route->device;
	return device ? device : address_first_device(!rr_ip_is_v4(to));
}

/* The device that packets to a group or to everybody leave through. NULL: none. As on Linux, the loopback interface has no route for groups of IPv6. */
static struct rr_netdev *device_for_group(const struct rr_ip *to, const struct rr_ip *from, unsigned number)
{
	struct rr_netdev *device = any_device_for_group(to, from, number);
	return device && !rr_ip_is_v4(to) && device->offloads & RR_NETDEV_LOOPBACK ? NULL : device;
}

int rr_ip_find_path(const struct rr_ip *to, const struct rr_ip *from, unsigned number, struct rr_ip_path *path)
{
	struct rr_ip none = RR_IP_ANY;
	if (!rr_ip_is_any(from) && rr_ip_is_v4(from) && !rr_ip_is_v4(to)) /* a socket of IPv6 that is bound to an address of IPv4 */
		return -EAFNOSUPPORT;
	if (rr_ip_is_ours(to)) { /* to ourselves, whatever device has the address */
		struct rr_netdev *device = address_loopback();
		if (!device)
			return -ENETUNREACH;
		/* all of 127.0.0.0/8 is ours, and is reached from 127.0.0.1 */
		struct rr_ip own = rr_ip_is_v4(to) && to->bytes[12] == 127 ? RR_IP_LOOPBACK_V4 : *to;
		return through(device, to, rr_ip_is_any(from) ? &own : from, &none, path);
	}
	if (!rr_ip_is_any(from) && !rr_ip_is_ours(from))
		return -EADDRNOTAVAIL;
	if (rr_ip_is_broadcast(to) || rr_ip_is_multicast(to)) {
		struct rr_netdev *device = device_for_group(to, from, number);
		int error = device ? through(device, to, from, &none, path) : -ENETUNREACH;
		if (error == -EADDRNOTAVAIL && rr_ip_is_broadcast(to)) { /* who has no address yet asks for one */
			path->source = RR_IP_ANY_V4;
			return 0;
		}
		return error;
	}
	if (rr_ip_zone(to)) { /* a neighbour, without a look at routes */
		struct rr_netdev *device = number && number != rr_ip_zone(to) ? NULL : rr_netdev_by_index(rr_ip_zone(to));
		return device && device->up ? through(device, to, from, &none, path) : -ENETUNREACH;
	}
	const struct rr_ip_route *route = find_route(to, number);
	if (!route)
		return -ENETUNREACH;
	struct rr_ip neighbour = rr_ip_with_zone(*to, route->device->index); /* one without a zone: on the first link that has such addresses */
	return through(route->device, &neighbour, from, &route->router, path);
}

static bool same_route(const struct rr_ip_route *a, const struct rr_ip_route *b)
{
	/* IPv6 has several default routers, and the link-local network on each link */
	bool same = rr_ip_equal(&a->network, &b->network) && a->prefix == b->prefix && a->metric == b->metric;
	return same && (rr_ip_is_v4(&a->network) || (a->device == b->device && rr_ip_equal(&a->router, &b->router)));
}

int rr_ip_add_route(const struct rr_ip_route *wanted)
{
	struct rr_list *list = &routes[!rr_ip_is_v4(&wanted->network)];
	struct route *route = rr_zalloc(1, sizeof(*route));
	if (!route)
		return -ENOMEM;
	route->what = *wanted;
	if (!route->what.device) { /* the one the router is a neighbour on */
		const struct rr_ip_route *to_router = find_route(&wanted->router, rr_ip_zone(&wanted->router));
		if (!to_router || !rr_ip_is_any(&to_router->router)) {
			rr_free(route);
			return -ENETUNREACH;
		}
		route->what.device = to_router->device;
	}
	rr_list_for_each(node, list)
		if (same_route(route_at(node), &route->what)) {
			rr_free(route);
			return -EEXIST;
		}
	rr_list_push_back(list, &route->link);
	if (rr_ip_watch_route)
		rr_ip_watch_route(&route->what, true);
	rr_ip_generation++;
	return 0;
}

int rr_ip_remove_route(const struct rr_ip_route *wanted)
{
	bool v6 = !rr_ip_is_v4(&wanted->network);
	rr_list_for_each(node, &routes[v6]) {
		const struct rr_ip_route *route = route_at(node);
		if (!rr_ip_equal(&route->network, &wanted->network) || route->prefix != wanted->prefix || (wanted->device && wanted->device != route->device))
			continue;
		if (v6 && !rr_ip_equal(&route->router, &wanted->router))
			continue;
		if (rr_ip_watch_route)
			rr_ip_watch_route(route, false);
		rr_list_remove(node);
		rr_free(rr_list_entry(node, struct route, link));
		rr_ip_generation++;
		return 0;
	}
	return -ESRCH;
}

bool rr_ip_get_route(unsigned index, struct rr_ip_route *out)
{
	for (unsigned v6 = 0; v6 < 2; v6++)
		rr_list_for_each(node, &routes[v6])
			if (!index--) {
				*out = *route_at(node);
				return true;
			}
	return false;
}
