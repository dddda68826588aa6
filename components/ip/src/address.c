/* Our addresses. */
#include <rr/abi/errno.h>
#include <rr/heap.h>
#include "internal.h"

struct address {
	struct rr_list link;
	struct rr_ip_address what;
};

/* IPv6's are apart, so that they cost IPv4's packets nothing. */
static struct rr_list addresses[2] = { RR_LIST_INIT(addresses[0]), RR_LIST_INIT(addresses[1]) };
uint32_t rr_ip_generation = 1;
void (*rr_ip_watch_address)(const struct rr_ip_address *address, bool added);

#define each_address(name, v6) rr_list_for_each(node_of_##name, &addresses[v6]) for (struct rr_ip_address *name = &rr_list_entry(node_of_##name, struct address, link)->what; name; name = NULL)

bool rr_ip_same_network(const struct rr_ip *a, const struct rr_ip *b, unsigned bits)
{
	if (rr_ip_is_v4(a) != rr_ip_is_v4(b))
		return false;
	unsigned end = bits + (rr_ip_is_v4(a) ? 96 : 0);
	for (unsigned i = 0; i < 16 && end > 8 * i; i++) {
		uint8_t mask = end >= 8 * i + 8 ? 0xff : (uint8_t)(0xff00 >> (end - 8 * i));
		if ((a->bytes[i] ^ b->bytes[i]) & mask)
			return false;
	}
	return true;
}

bool rr_ip_is_ours(const struct rr_ip *ip)
{
	bool v6 = !rr_ip_is_v4(ip);
	if (!v6 && rr_ip_is_loopback(ip))
		return true;
	each_address(address, v6)
		if (rr_ip_equal(&address->address, ip))
			return true;
	return false;
}

struct rr_ip_address *rr_ip_find_address(const struct rr_netdev *device, const struct rr_ip *ip)
{
	each_address(own, !rr_ip_is_v4(ip))
		if (own->device == device && rr_ip_equal(&own->address, ip))
			return own;
	return NULL;
}

bool address_is_broadcast(const struct rr_netdev *device, uint32_t address)
{
	if (address == 0xffffffff)
		return true;
	each_address(own, false)
		if (own->device == device && own->prefix < 31) {
			uint32_t host = rr_net32(0xffffffff >> own->prefix);
			if (!own->prefix)
				host = 0xffffffff;
			if (((address ^ own->address.words[3]) & ~host) == 0 && (address & host) == host)
				return true;
		}
	return false;
}

bool address_for(const struct rr_netdev *device, uint32_t peer, uint32_t *out)
{
	struct rr_ip other = rr_ip_v4(peer), own;
	bool found = address_choose(device, &other, &own);
	if (found)
		*out = own.words[3];
	return found;
}

struct rr_netdev *address_loopback(void)
{
	for (struct rr_netdev *device = NULL; (device = rr_netdev_next(device));)
		if (device->offloads & RR_NETDEV_LOOPBACK)
			return device;
	return NULL;
}

struct rr_netdev *address_device(const struct rr_ip *ip)
{
	each_address(own, !rr_ip_is_v4(ip))
		if (rr_ip_equal(&own->address, ip))
			return own->device;
	return rr_ip_is_loopback(ip) ? address_loopback() : NULL;
}

struct rr_netdev *address_first_device(bool v6)
{
	each_address(own, v6)
		if (!(own->device->offloads & RR_NETDEV_LOOPBACK))
			return own->device;
	return NULL;
}

bool address_choose(const struct rr_netdev *device, const struct rr_ip *to, struct rr_ip *source)
{
	bool found = false;
	if (!rr_ip_is_v4(to))
		return rr_ip6 && rr_ip6->choose_source(device, to, source);
	each_address(own, false)
		if (own->device == device && (!found || rr_ip_same_network(&own->address, to, own->prefix))) {
			*source = own->address;
			found = true;
		}
	return found;
}

/* The network an address is in, as a route. */
static struct rr_ip_route network_of(const struct rr_ip_address *address)
{
	struct rr_ip_route route = { .prefix = address->prefix, .device = address->device, .network = address->address, .router = RR_IP_ANY, .origin = RR_IP_ORIGIN_KERNEL };
	unsigned end = address->prefix + (rr_ip_is_v4(&address->address) ? 96 : 0);
	for (unsigned i = end; i < 128; i++)
		route.network.bytes[i / 8] &= (uint8_t)~(0x80 >> i % 8);
	/* of all link-local addresses together: a packet to one goes by its zone */
	route.network = rr_ip_without_zone(route.network);
	return route;
}

int rr_ip_put_address(const struct rr_ip_address *what)
{
	bool v6 = !rr_ip_is_v4(&what->address);
	if (v6 && !rr_ip6)
		return -EAFNOSUPPORT;
	each_address(own, v6)
		if (rr_ip_equal(&own->address, &what->address))
			return -EEXIST;
	struct address *address = rr_zalloc(1, sizeof(*address));
	if (!address)
		return -ENOMEM;
	address->what = *what;
	rr_list_push_back(&addresses[v6], &address->link);
	if (rr_ip_watch_address)
		rr_ip_watch_address(&address->what, true);
	struct rr_ip_route route = network_of(&address->what);
	int error = what->flags & RR_IP_NO_PREFIX_ROUTE ? 0 : rr_ip_add_route(&route);
	rr_ip_generation++;
	if (v6)
		rr_ip6->address(&address->what, true);
	return error == -EEXIST ? 0 : error;
}

int rr_ip_add_address(struct rr_netdev *device, const struct rr_ip *ip, unsigned prefix)
{
	return rr_ip_put_address(&(struct rr_ip_address){ .device = device, .address = *ip, .prefix = prefix, .flags = RR_IP_PERMANENT, .preferred_until = UINT64_MAX, .valid_until = UINT64_MAX });
}

int rr_ip_remove_address(struct rr_netdev *device, const struct rr_ip *ip)
{
	bool v6 = !rr_ip_is_v4(ip);
	rr_list_for_each(node, &addresses[v6]) {
		struct address *address = rr_list_entry(node, struct address, link);
		if (address->what.device != device || !rr_ip_equal(&address->what.address, ip))
			continue;
		if (v6)
			rr_ip6->address(&address->what, false);
		if (rr_ip_watch_address)
			rr_ip_watch_address(&address->what, false);
		struct rr_ip_route route = network_of(&address->what);
		bool shared = address->what.flags & RR_IP_NO_PREFIX_ROUTE;
		each_address(other, v6)
			shared |= other != &address->what && other->device == device && other->prefix == address->what.prefix && rr_ip_same_network(&other->address, ip, other->prefix);
		if (!shared)
			rr_ip_remove_route(&route);
		rr_list_remove(node);
		rr_free(address);
		rr_ip_generation++;
		return 0;
	}
	return -EADDRNOTAVAIL;
}

bool rr_ip_get_address(unsigned index, struct rr_ip_address *out)
{
	for (unsigned v6 = 0; v6 < 2; v6++)
		each_address(own, v6)
			if (!index--) {
				*out = *own;
				return true;
			}
	return false;
}
