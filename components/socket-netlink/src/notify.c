/* What changes is told to the multicast groups of rtnetlink(7). */
#include <rr/heap.h>
#include "netlink.h"

/* For each member in turn: where to write. NULL: no more. */
static struct answer *next_member(struct answer *answer, unsigned group, struct rr_list **node)
{
	if (*node)
		answer_send(answer);
	for (*node = *node ? (*node)->next : netlink_sockets.next; *node != &netlink_sockets; *node = (*node)->next) {
		struct netlink_socket *socket = rr_list_entry(*node, struct netlink_socket, link);
		if (socket->groups & 1u << (group - 1)) {
			*answer = (struct answer){ .socket = socket };
			return answer;
		}
	}
	return NULL;
}

static void link_changed(struct rr_netdev *device)
{
	struct answer answer;
	struct rr_list *node = NULL;
	while (next_member(&answer, RTNLGRP_LINK, &node))
		link_write(&answer, RTM_NEWLINK, device);
}

static void address_changed(const struct rr_ip_address *address, bool added)
{
	struct answer answer;
	struct rr_list *node = NULL;
	while (next_member(&answer, rr_ip_is_v4(&address->address) ? RTNLGRP_IPV4_IFADDR : RTNLGRP_IPV6_IFADDR, &node))
		address_write(&answer, added ? RTM_NEWADDR : RTM_DELADDR, address);
}

static void route_changed(const struct rr_ip_route *route, bool added)
{
	struct answer answer;
	struct rr_list *node = NULL;
	if (route->device->offloads & RR_NETDEV_LOOPBACK)
		return;
	while (next_member(&answer, rr_ip_is_v4(&route->network) ? RTNLGRP_IPV4_ROUTE : RTNLGRP_IPV6_ROUTE, &node))
		route_write(&answer, added ? RTM_NEWROUTE : RTM_DELROUTE, route);
}

void notify_init(void)
{
	rr_netdev_watch = link_changed;
	rr_ip_watch_address = address_changed;
	rr_ip_watch_route = route_changed;
}
