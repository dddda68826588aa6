/* What routers advertise: RFC 4861, sections 4.2 and 6.3. Each default router is a route; one that does not answer stays, as a worse one. */
#include <rr/string.h>
#include "internal.h"

#define MOST_ROUTERS 8u
#define METRIC 1024u            /* as Linux's */
#define METRIC_UNREACHABLE 2048u
#define MILLISECOND (RR_NSEC_PER_SEC / 1000)
#define MOST_REACHABLE 3600000u /* ms; RFC 4861, 6.2.1 */
#define LEAST_RETRANSMIT 100u   /* ms: nobody makes us ask without a pause */
#define MOST_RETRANSMIT 60000u
#define MOST_PREFIXES 16u       /* of one advertisement */

static struct router {
	struct link *link; /* NULL: unused */
	struct rr_ip_route route;
	uint64_t until;
} routers[MOST_ROUTERS];

static struct router *find(const struct rr_netdev *device, const struct rr_ip *address)
{
	for (struct router *router = routers; router < routers + MOST_ROUTERS; router++)
		if (router->link && router->link->device == device && rr_ip_equal(&router->route.router, address))
			return router;
	return NULL;
}

static void drop(struct router *router)
{
	rr_ip_remove_route(&router->route);
	router->link = NULL;
}

void router_reachable(struct rr_netdev *device, const struct rr_ip *address, bool reachable)
{
	struct router *router = find(device, address);
	uint32_t metric = reachable ? METRIC : METRIC_UNREACHABLE;
	if (!router || router->route.metric == metric)
		return;
	rr_ip_remove_route(&router->route);
	router->route.metric = metric;
	if (rr_ip_add_route(&router->route))
		router->link = NULL;
}

uint64_t router_expire(uint64_t now)
{
	uint64_t next = UINT64_MAX;
	for (struct router *router = routers; router < routers + MOST_ROUTERS; router++) {
		if (router->link && router->until <= now)
			drop(router);
		if (router->link)
			next = rr_min(next, router->until);
	}
	return next;
}

static void keep(struct link *link, const struct rr_ip *address, uint16_t seconds)
{
	struct router *router = find(link->device, address), *each = routers;
	if (!seconds) {
		if (router)
			drop(router);
		return;
	}
	while (!router && each < routers + MOST_ROUTERS) {
		if (!each->link)
			router = each;
		each++;
	}
	if (!router) /* so many are an attack, or enough */
		return;
	router->until = rr_clock_monotonic() + seconds * RR_NSEC_PER_SEC;
	if (router->link)
		return;
	router->route = (struct rr_ip_route){ .network = RR_IP_ANY, .router = *address, .device = link->device, .metric = METRIC, .origin = RR_IP_ORIGIN_RA };
	if (!rr_ip_add_route(&router->route))
		router->link = link;
}

static void take_parameters(struct link *link, const uint8_t *at)
{
	uint32_t reachable = rr_net_get32(at + 8), retransmit = rr_net_get32(at + 12);
	if (at[4])
		link->hop_limit = at[4];
	if (reachable && reachable <= MOST_REACHABLE)
		link->reachable_for = reachable * MILLISECOND;
	if (retransmit)
		link->retransmit_every = rr_min(rr_max(retransmit, LEAST_RETRANSMIT), MOST_RETRANSMIT) * MILLISECOND;
}

/* RFC 4861, 4.6.2. */
static bool read_prefix(const struct nd_option *option, struct prefix *prefix)
{
	const uint8_t *at = option->at;
	if (option->length != 32 || at[2] > 128)
		return false;
	*prefix = (struct prefix){ .bits = at[2], .on_link = at[3] & 0x80, .autonomous = at[3] & 0x40, .valid = rr_net_get32(at + 4), .preferred = rr_net_get32(at + 8) };
	memcpy(prefix->network.bytes, at + 16, 16);
	for (unsigned i = prefix->bits; i < 128; i++)
		prefix->network.bytes[i / 8] &= (uint8_t)~(0x80 >> i % 8);
	return !rr_ip_is_link_local(&prefix->network) && !rr_ip_is_multicast(&prefix->network) && !rr_ip_is_v4(&prefix->network) && prefix->preferred <= prefix->valid;
}

void router_advertised(const struct message *message)
{
	enum { FIXED = 16 };
	struct link *link = message->link;
	const uint8_t *options = message->at + FIXED, *after = NULL;
	uint32_t length = message->length - FIXED;
	struct nd_option option;
	struct prefix prefix;
	link->solicit_at = 0;
	take_parameters(link, message->at);
	if (nd_option_find(options, length, ND_SOURCE_LINK, NULL, &option) && option.length == 8)
		neighbour_heard(link->device, &message->how->from, option.at + 2, 1);
	if (nd_option_find(options, length, ND_MTU, NULL, &option) && option.length == 8) {
		uint32_t mtu = rr_net_get32(option.at + 4);
		if (mtu >= LEAST_MTU && mtu <= link->device->mtu && mtu != link->mtu) {
			link->mtu = mtu;
			rr_ip_generation++;
		}
	}
	for (unsigned i = 0; i < MOST_PREFIXES && nd_option_find(options, length, ND_PREFIX, after, &option); i++, after = option.at)
		if (read_prefix(&option, &prefix))
			autoconf_prefix(link, &prefix);
	keep(link, &message->how->from, rr_net_get16(message->at + 6));
	autoconf_schedule();
}
