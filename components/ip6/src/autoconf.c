/*
 * Addresses without anybody who gives them: RFC 4862. Interface identifiers are made of the card's address (RFC 4291, appendix A): an image keeps nothing from one boot
 * to the next that a secret of RFC 7217 could be made of, and who starts the machine chooses the card's address. Addresses are used while they are still being asked for
 * (RFC 4429): a machine that boots in milliseconds should not wait a second for the answer that nobody gives.
 */
#include <rr/cpu.h>
#include <rr/heap.h>
#include <rr/print.h>
#include <rr/random.h>
#include <rr/string.h>
#include "internal.h"

#define PROBE_FOR RR_NSEC_PER_SEC          /* one probe, RetransTimer: RFC 4862, 5.1 */
/*
 * Before the first words on a link. RFC 4861 (6.3.7) and 4862 (5.4.2) have up to a second for crowds that start together; a machine that boots in milliseconds should have
 * its address as soon. But where it is emulated, to say them and to take in the router's answer is code for some milliseconds, which a program that starts needs first.
 */
#define FIRST_WORDS_EMULATED (100 * RR_NSEC_PER_SEC / 1000)
#define SOLICITATIONS 3u                   /* RFC 4861, 10 */
#define SOLICIT_EVERY (4 * RR_NSEC_PER_SEC)
#define REACHABLE_FOR (30 * RR_NSEC_PER_SEC)
#define TWO_HOURS (7200 * RR_NSEC_PER_SEC)
#define PREFIX_METRIC 256u                 /* as Linux's */
#define MOST_PREFIXES 16u
#define MOST_AUTOMATIC 16u                 /* addresses of a link */

struct probe {
	struct rr_list list;
	struct link *link;
	struct rr_ip address;
	uint8_t nonce[NONCE_SIZE];
	uint64_t ask_at, until; /* ask_at 0: it has been asked */
};
static struct rr_list probes = RR_LIST_INIT(probes);

static struct on_link {
	struct link *link; /* NULL: unused */
	struct rr_ip_route route;
	uint64_t until;
} prefixes[MOST_PREFIXES];

static struct rr_timer timer;

static uint64_t end_of(uint32_t seconds, uint64_t now) { return seconds == UINT32_MAX ? UINT64_MAX : now + seconds * RR_NSEC_PER_SEC; }

static uint64_t first_words_after(void) { return rr_cpu_is_emulated() ? FIRST_WORDS_EMULATED : 0; }

static struct rr_ip form(const struct link *link, const struct rr_ip *network)
{
	struct rr_ip address = *network;
	const uint8_t *mac = link->device->mac;
	memcpy(address.bytes + 8, (uint8_t[]){ mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5] }, 8);
	return address;
}

static struct probe *find_probe(const struct link *link, const struct rr_ip *address)
{
	rr_list_for_each(node, &probes) {
		struct probe *probe = rr_list_entry(node, struct probe, list);
		if ((!link || probe->link == link) && rr_ip_equal(&probe->address, address))
			return probe;
	}
	return NULL;
}

static void drop_probe(struct probe *probe)
{
	rr_list_remove(&probe->list);
	rr_free(probe);
}

static void ask(struct probe *probe)
{
	rr_random_bytes(probe->nonce, NONCE_SIZE);
	discovery_probe(probe->link->device, &probe->address, probe->nonce);
}

/* Ask whose time has come; nobody has objected to the others. */
static uint64_t settle(uint64_t now)
{
	uint64_t next = UINT64_MAX;
	rr_list_for_each_safe(node, &probes) {
		struct probe *probe = rr_list_entry(node, struct probe, list);
		if (probe->ask_at && probe->ask_at <= now) {
			probe->ask_at = 0;
			ask(probe);
		}
		if (probe->until > now) {
			next = rr_min(next, probe->ask_at ? probe->ask_at : probe->until);
			continue;
		}
		struct rr_ip_address *address = rr_ip_find_address(probe->link->device, &probe->address);
		if (address)
			address->flags &= ~(RR_IP_TENTATIVE | RR_IP_OPTIMISTIC);
		drop_probe(probe);
	}
	return next;
}

static uint64_t expire_addresses(uint64_t now)
{
	uint64_t next = UINT64_MAX;
	struct rr_ip_address each;
	for (unsigned index = 0; rr_ip_get_address(index, &each);) {
		if (each.valid_until <= now) {
			rr_ip_remove_address(each.device, &each.address);
			continue;
		}
		if (each.preferred_until <= now && !(each.flags & RR_IP_DEPRECATED)) {
			rr_ip_find_address(each.device, &each.address)->flags |= RR_IP_DEPRECATED;
			rr_ip_generation++;
		}
		next = rr_min(next, each.preferred_until > now ? each.preferred_until : each.valid_until);
		index++;
	}
	return next;
}

static uint64_t expire_prefixes(uint64_t now)
{
	uint64_t next = UINT64_MAX;
	for (struct on_link *prefix = prefixes; prefix < prefixes + MOST_PREFIXES; prefix++) {
		if (prefix->link && prefix->until <= now) {
			rr_ip_remove_route(&prefix->route);
			prefix->link = NULL;
		}
		if (prefix->link)
			next = rr_min(next, prefix->until);
	}
	return next;
}

static uint64_t solicit(uint64_t now)
{
	uint64_t next = UINT64_MAX;
	for (struct rr_netdev *device = NULL; (device = rr_netdev_next(device));) {
		struct link *link = link_of(device);
		if (!link || !link->solicit_at)
			continue;
		if (link->solicit_at <= now) {
			discovery_solicit_routers(link);
			link->solicit_at = ++link->solicitations < SOLICITATIONS ? now + SOLICIT_EVERY : 0;
		}
		if (link->solicit_at)
			next = rr_min(next, link->solicit_at);
	}
	return next;
}

static void look_again(struct rr_timer *unused)
{
	uint64_t now = rr_clock_monotonic();
	(void)unused;
	uint64_t next = rr_min(settle(now), expire_addresses(now));
	next = rr_min(next, rr_min(expire_prefixes(now), router_expire(now)));
	next = rr_min(next, solicit(now));
	if (next != UINT64_MAX)
		rr_timer_arm(&timer, next);
	rr_ip_flush();
}

void autoconf_schedule(void)
{
	timer.fire = look_again;
	rr_timer_cancel(&timer);
	look_again(&timer);
}

/* Something is due then. */
static void schedule_at(uint64_t at)
{
	if (at <= rr_clock_monotonic()) {
		autoconf_schedule();
		return;
	}
	timer.fire = look_again;
	if (!rr_timer_armed(&timer) || timer.deadline > at)
		rr_timer_arm(&timer, at);
}

void autoconf_solicit(struct link *link)
{
	if (!link->follows)
		return;
	link->solicitations = 0;
	link->solicit_at = rr_clock_monotonic() + first_words_after();
	schedule_at(link->solicit_at);
}

void autoconf_begin(struct link *link)
{
	static const struct rr_ip all_nodes = { .bytes = { 0xff, 2, [15] = 1 } }, link_local = { .bytes = { 0xfe, 0x80 } };
	struct rr_ip local = RR_IP_LOOPBACK_V6;
	link->reachable_for = REACHABLE_FOR;
	link->retransmit_every = RR_NSEC_PER_SEC;
	rr_ip_join(link->device, &all_nodes);
	if (!(link->device->offloads & RR_NETDEV_LOOPBACK))
		link->local = local = rr_ip_with_zone(form(link, &link_local), link->device->index);
	rr_ip_add_address(link->device, &local, rr_ip_is_loopback(&local) ? 128 : 64);
}

void autoconf_address(struct rr_ip_address *address, bool added)
{
	struct rr_netdev *device = address->device;
	struct rr_ip group = solicited_node(&address->address);
	struct link *link = link_of(device);
	if (!link || device->offloads & RR_NETDEV_LOOPBACK)
		return;
	struct probe *probe = find_probe(link, &address->address);
	if (!added) {
		rr_ip_leave(device, &group);
		if (probe)
			drop_probe(probe);
		return;
	}
	uint64_t after = first_words_after();
	rr_ip_join_after(device, &group, after);
	probe = rr_zalloc(1, sizeof(*probe));
	if (!probe)
		return; /* without memory nobody is asked */
	address->flags |= RR_IP_TENTATIVE | RR_IP_OPTIMISTIC;
	probe->link = link;
	probe->address = address->address;
	probe->ask_at = rr_clock_monotonic() + after;
	probe->until = probe->ask_at + PROBE_FOR;
	rr_list_push_back(&probes, &probe->list);
	schedule_at(probe->ask_at);
}

bool autoconf_is_own_probe(const struct rr_ip *target, const uint8_t *nonce)
{
	const struct probe *probe = find_probe(NULL, target);
	return probe && !probe->ask_at && !memcmp(probe->nonce, nonce, NONCE_SIZE);
}

void autoconf_duplicate(struct link *link, const struct rr_ip *target)
{
	struct rr_ip wire = rr_ip_without_zone(*target);
	rr_log("%s: somebody else on the network has the address %x:%x:%x:%x:%x:%x:%x:%x, so it is not used here", link->device->name, rr_net_get16(wire.bytes),
	       rr_net_get16(wire.bytes + 2), rr_net_get16(wire.bytes + 4), rr_net_get16(wire.bytes + 6), rr_net_get16(wire.bytes + 8), rr_net_get16(wire.bytes + 10),
	       rr_net_get16(wire.bytes + 12), rr_net_get16(wire.bytes + 14));
	rr_ip_remove_address(link->device, target);
}

/* The network is on the link for as long as the router says. */
static void keep_on_link(struct link *link, const struct prefix *what, uint64_t now)
{
	struct on_link *place = NULL;
	for (struct on_link *prefix = prefixes; prefix < prefixes + MOST_PREFIXES; prefix++) {
		bool same = prefix->link == link && prefix->route.prefix == what->bits && rr_ip_equal(&prefix->route.network, &what->network);
		if (same || (!prefix->link && !place))
			place = prefix;
		if (same)
			break;
	}
	if (!place)
		return;
	place->until = end_of(what->valid, now); /* 0: over at once */
	if (place->link || !what->valid)
		return;
	place->route = (struct rr_ip_route){ .network = what->network, .prefix = what->bits, .router = RR_IP_ANY, .device = link->device, .metric = PREFIX_METRIC, .origin = RR_IP_ORIGIN_RA };
	if (!rr_ip_add_route(&place->route))
		place->link = link;
}

static unsigned automatic_addresses(const struct rr_netdev *device)
{
	struct rr_ip_address each;
	unsigned count = 0;
	for (unsigned index = 0; rr_ip_get_address(index, &each); index++)
		count += each.device == device && !rr_ip_is_v4(&each.address) && !(each.flags & RR_IP_PERMANENT);
	return count;
}

/* 5.5.3 */
static void keep_address(struct link *link, const struct prefix *prefix, uint64_t now)
{
	struct rr_ip ip = form(link, &prefix->network);
	struct rr_ip_address *address = rr_ip_find_address(link->device, &ip);
	uint64_t preferred = end_of(prefix->preferred, now), valid = end_of(prefix->valid, now);
	if (!address) {
		if (prefix->valid && automatic_addresses(link->device) < MOST_AUTOMATIC)
			rr_ip_put_address(&(struct rr_ip_address){ .device = link->device, .address = ip, .prefix = prefix->bits, .flags = RR_IP_NO_PREFIX_ROUTE, .preferred_until = preferred,
				.valid_until = valid });
		return;
	}
	if (address->flags & RR_IP_PERMANENT) /* configured, which counts for more */
		return;
	if (preferred > now)
		address->flags &= ~RR_IP_DEPRECATED;
	address->preferred_until = preferred;
	/* (e): no router that may be a false one ends an address soon */
	if (valid > now + TWO_HOURS || valid > address->valid_until)
		address->valid_until = valid;
	else if (address->valid_until > now + TWO_HOURS)
		address->valid_until = now + TWO_HOURS;
}

void autoconf_prefix(struct link *link, const struct prefix *prefix)
{
	uint64_t now = rr_clock_monotonic();
	if (prefix->on_link)
		keep_on_link(link, prefix, now);
	if (prefix->autonomous && prefix->bits == 64)
		keep_address(link, prefix, now);
}
