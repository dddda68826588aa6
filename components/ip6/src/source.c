/* Which of our addresses a packet is from: RFC 6724, section 5, without what mobility and temporary addresses need. */
#include "internal.h"

/* Scopes as multicast addresses number them, so that both kinds can be compared (3.1). */
static unsigned scope_of(const struct rr_ip *ip)
{
	if (ip->bytes[0] == 0xff)
		return ip->bytes[1] & 15;
	unsigned scope = rr_ip_scope(ip);
	return scope == RR_IP_SCOPE_GLOBAL ? 14 : scope == RR_IP_SCOPE_SITE ? 5 : 2;
}

/* The default policy table (2.1), by longest prefix. */
static unsigned label_of(const struct rr_ip *ip)
{
	static const struct { uint8_t bits, label; uint8_t start[4]; } policies[] = {
		{ 32, 5, { 0x20, 0x01, 0, 0 } }, { 16, 2, { 0x20, 0x02 } }, { 16, 12, { 0x3f, 0xfe } }, { 10, 11, { 0xfe, 0xc0 } }, { 7, 13, { 0xfc } },
	};
	if (rr_ip_is_loopback(ip))
		return 0;
	if (rr_ip_is_v4(ip))
		return 4;
	for (unsigned i = 0; i < RR_ARRAY_SIZE(policies); i++) {
		struct rr_ip network = RR_IP_ANY;
		__builtin_memcpy(network.bytes, policies[i].start, 4);
		if (rr_ip_same_network(ip, &network, policies[i].bits))
			return policies[i].label;
	}
	return !ip->halves[0] && !ip->words[2] ? 3 : 1;
}

static unsigned common_bits(const struct rr_ip *a, const struct rr_ip *b, unsigned most)
{
	unsigned bits = 0;
	while (bits < most && !((a->bytes[bits / 8] ^ b->bytes[bits / 8]) & 0x80 >> bits % 8))
		bits++;
	return bits;
}

/* Is `a` better than `b`? */
static bool is_better(const struct rr_ip_address *a, const struct rr_ip_address *b, const struct rr_netdev *device, const struct rr_ip *to)
{
	unsigned scope = scope_of(to), scope_a = scope_of(&a->address), scope_b = scope_of(&b->address);
	if (rr_ip_equal(&a->address, to) || rr_ip_equal(&b->address, to))
		return rr_ip_equal(&a->address, to);
	if (scope_a != scope_b) /* rule 2 */
		return scope_a < scope_b ? scope_a >= scope : scope_b < scope;
	if ((a->flags ^ b->flags) & RR_IP_DEPRECATED)
		return b->flags & RR_IP_DEPRECATED;
	if ((a->flags ^ b->flags) & RR_IP_OPTIMISTIC)
		return b->flags & RR_IP_OPTIMISTIC;
	if (a->device != b->device && (a->device == device || b->device == device)) /* rule 5 */
		return a->device == device;
	unsigned label = label_of(to), label_a = label_of(&a->address), label_b = label_of(&b->address);
	if ((label_a == label) != (label_b == label)) /* rule 6 */
		return label_a == label;
	return common_bits(&a->address, to, a->prefix) > common_bits(&b->address, to, b->prefix);
}

bool source_choose(const struct rr_netdev *device, const struct rr_ip *to, struct rr_ip *source)
{
	struct rr_ip_address best, each;
	bool found = false, near = scope_of(to) <= 2, local = device->offloads & RR_NETDEV_LOOPBACK;
	for (unsigned index = 0; rr_ip_get_address(index, &each); index++) {
		bool elsewhere = each.device != device;
		if (rr_ip_is_v4(&each.address) || (elsewhere && (near || rr_ip_is_link_local(&each.address))) || (!local && rr_ip_is_loopback(&each.address)))
			continue;
		if (!found || is_better(&each, &best, device, to))
			best = each;
		found = true;
	}
	if (found)
		*source = best.address;
	return found;
}
