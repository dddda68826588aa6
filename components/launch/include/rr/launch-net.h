/* Network interfaces as the launch document has them: `net`, docs/interfaces.md section 7. Thread context, once rr_launch_init() has run. */
#pragma once
#include <rr/launch.h>

struct rr_launch_net {
	const char *name;    /* "eth0"; NULL: the first, second, ... in the list's order */
	bool inet6;          /* this is about its IPv6 */
	enum rr_launch_net_method { RR_LAUNCH_NET_STATIC, RR_LAUNCH_NET_AUTOMATIC, RR_LAUNCH_NET_NONE } method; /* automatic: DHCP, routers' advertisements; static: with an address */
	const char *address, *mask, *gateway; /* NULL: not given; mask: bits, or dotted for IPv4 */
};

/* The address of the first card where the launcher has said it in its word, not in a document: numbers, most significant byte first. */
struct rr_launch_card {
	uint64_t address, bits, gateway; /* gateway 0: none */
};
bool rr_launch_card(struct rr_launch_card *out);

/* The `index`th interface that the launcher, else the image's defaults, speak of. False: there are no more, or the list is malformed, which is reported on the log. */
bool rr_launch_net(unsigned index, struct rr_launch_net *out);
