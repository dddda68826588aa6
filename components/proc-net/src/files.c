/* Which files there are. */
#include <rr/types.h>
#include "proc-net.h"

void rr_proc_net_init(void);
void rr_proc_net_init(void)
{
	static struct rr_proc_file files[] = {
		{ .path = "net/arp", .content = content_arp },
		{ .path = "net/dev", .content = content_dev },
		{ .path = "net/icmp", .content = content_icmp },
		{ .path = "net/icmp6", .content = content_icmp6 },
		{ .path = "net/if_inet6", .content = content_if_inet6 },
		{ .path = "net/ipv6_route", .content = content_ipv6_route },
		{ .path = "net/raw", .content = content_raw },
		{ .path = "net/raw6", .content = content_raw6 },
		{ .path = "net/route", .content = content_route },
		{ .path = "net/snmp", .content = content_snmp },
		{ .path = "net/sockstat", .content = content_sockstat },
		{ .path = "net/tcp", .content = content_tcp },
		{ .path = "net/tcp6", .content = content_tcp6 },
		{ .path = "net/udp", .content = content_udp },
		{ .path = "net/udp6", .content = content_udp6 },
		{ .path = "net/unix", .content = content_unix },
	};
	for (unsigned i = 0; i < RR_ARRAY_SIZE(files); i++)
		rr_proc_register(&files[i]);
}
