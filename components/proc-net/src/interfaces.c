/* Interfaces, routes, neighbours: Linux's net/core/net-procfs.c, fib_trie.c, arp.c and addrconf.c say the formats. */
#include <rr/ip.h>
#include <rr/print.h>
#include "proc-net.h"

#define RTF_UP 1u
#define RTF_GATEWAY 2u
#define RTF_HOST 4u
#define ATF_COM 2u
#define ATF_PERM 4u

void content_dev(struct rr_proc_writer *writer)
{
	rr_proc_print(writer, "Inter-|   Receive                                                |  Transmit\n"
	                      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n");
	for (struct rr_netdev *device = NULL; (device = rr_netdev_next(device));) {
		const struct rr_netdev_stats *stats = &device->stats;
		rr_proc_print(writer, "%6s: %7lu %7lu %4lu %4lu    0     0          0         0 ", device->name, stats->rx_bytes, stats->rx_packets, stats->rx_errors, stats->rx_dropped);
		rr_proc_print(writer, "%8lu %7lu %4lu %4lu    0     0       0          0\n", stats->tx_bytes, stats->tx_packets, stats->tx_errors, stats->tx_dropped);
	}
}

void content_route(struct rr_proc_writer *writer)
{
	struct rr_ip_route route;
	rr_proc_print(writer, "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n");
	for (unsigned i = 0; rr_ip_get_route(i, &route); i++) {
		if (!rr_ip_is_v4(&route.network) || route.device->offloads & RR_NETDEV_LOOPBACK || !route.device->up)
			continue;
		uint32_t mask = route.prefix ? rr_net32(0xffffffffu << (32 - route.prefix)) : 0, router = rr_ip_is_any(&route.router) ? 0 : route.router.words[3];
		unsigned flags = RTF_UP | (router ? RTF_GATEWAY : 0) | (route.prefix == 32 ? RTF_HOST : 0);
		rr_proc_print(writer, "%s\t%08X\t%08X\t%04X\t0\t0\t%u\t%08X\t0\t0\t0\n", route.device->name, route.network.words[3], router, flags, route.metric, mask);
	}
}

void content_arp(struct rr_proc_writer *writer)
{
	struct rr_ip_neighbour neighbour;
	rr_proc_print(writer, "IP address       HW type     Flags       HW address            Mask     Device\n");
	for (unsigned i = 0; rr_ip_get_neighbour(i, &neighbour); i++) {
		const uint8_t *address = neighbour.address.bytes + 12, *mac = neighbour.mac;
		char text[16];
		if (!rr_ip_is_v4(&neighbour.address))
			continue;
		rr_snprintf(text, sizeof(text), "%u.%u.%u.%u", address[0], address[1], address[2], address[3]);
		unsigned flags = (neighbour.known ? ATF_COM : 0) | (neighbour.permanent ? ATF_PERM : 0);
		rr_proc_print(writer, "%-16s 0x1         0x%-10x%02x:%02x:%02x:%02x:%02x:%02x     *        %s\n", text, flags, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5],
		              neighbour.device->name);
	}
}

static void print_ip6(struct rr_proc_writer *writer, const struct rr_ip *ip)
{
	struct rr_ip plain = rr_ip_without_zone(*ip);
	for (unsigned i = 0; i < 16; i++)
		rr_proc_print(writer, "%02x", plain.bytes[i]);
}

void content_if_inet6(struct rr_proc_writer *writer)
{
	static const struct { unsigned scope, shown; } scopes[] = { { RR_IP_SCOPE_HOST, 0x10 }, { RR_IP_SCOPE_LINK, 0x20 }, { RR_IP_SCOPE_SITE, 0x40 } };
	struct rr_ip_address address;
	for (unsigned i = 0; rr_ip_get_address(i, &address); i++) {
		unsigned scope = 0;
		if (rr_ip_is_v4(&address.address))
			continue;
		for (unsigned j = 0; j < RR_ARRAY_SIZE(scopes); j++)
			if (scopes[j].scope == rr_ip_scope(&address.address))
				scope = scopes[j].shown;
		print_ip6(writer, &address.address);
		rr_proc_print(writer, " %02x %02x %02x %02x %8s\n", address.device->index, address.prefix, scope, address.flags, address.device->name);
	}
}

void content_ipv6_route(struct rr_proc_writer *writer)
{
	struct rr_ip_route route;
	struct rr_ip none = RR_IP_ANY;
	for (unsigned i = 0; rr_ip_get_route(i, &route); i++) {
		bool direct = rr_ip_is_any(&route.router);
		if (rr_ip_is_v4(&route.network))
			continue;
		print_ip6(writer, &route.network);
		rr_proc_print(writer, " %02x ", route.prefix);
		print_ip6(writer, &none);
		rr_proc_print(writer, " 00 ");
		print_ip6(writer, direct ? &none : &route.router);
		rr_proc_print(writer, " %08x 00000001 00000000 %08x %8s\n", route.metric ? route.metric : 1024, RTF_UP | (direct ? 0 : RTF_GATEWAY), route.device->name);
	}
}
