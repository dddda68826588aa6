/*
 * Gives network interfaces their addresses when the image boots: as the launch document says, else by DHCP and by what routers advertise. What the document says of one
 * version of IP leaves the other as it is.
 */
#include <rr/ip-v6.h>
#include <rr/launch-net.h>
#include <rr/print.h>
#include "address-text.h"
#include "config.h"

#define BITS_V4 24
#define BITS_V6 64

void rr_net_config_init(void);

static bool parse(const char *text, bool v6, struct rr_ip *out) { return v6 ? parse_v6(text, out) : parse_v4(text, out); }

/* `gateway` may be NULL. */
static bool set_address(struct rr_netdev *device, const struct rr_ip *wanted, unsigned bits, const struct rr_ip *gateway)
{
	bool v6 = !rr_ip_is_v4(wanted);
	struct rr_ip address = rr_ip_with_zone(*wanted, device->index);
	if (rr_ip_is_multicast(&address) || rr_ip_add_address(device, &address, bits))
		return false;
	if (!v6)
		rr_ip_announce(device, &address);
	if (!gateway)
		return true;
	struct rr_ip_route route = { .network = v6 ? RR_IP_ANY : RR_IP_ANY_V4, .router = rr_ip_with_zone(*gateway, device->index), .device = device, .origin = RR_IP_ORIGIN_BOOT };
	return !rr_ip_add_route(&route);
}

static bool set_static(struct rr_netdev *device, const struct rr_launch_net *net)
{
	struct rr_ip address, gateway;
	bool v6 = net->inet6;
	int bits = !net->mask ? (v6 ? BITS_V6 : BITS_V4) : v6 ? parse_bits(net->mask, 128) : parse_mask(net->mask);
	if (bits < 0 || !parse(net->address, v6, &address) || (net->gateway && !parse(net->gateway, v6, &gateway)))
		return false;
	return set_address(device, &address, (unsigned)bits, net->gateway ? &gateway : NULL);
}

static void automatic(struct rr_netdev *device, bool v6)
{
	if (v6)
		rr_ip6->follow_routers(device);
	else
		dhcp_start(device);
}

static void configure(struct rr_netdev *device, const struct rr_launch_net *net)
{
	if (net->method == RR_LAUNCH_NET_AUTOMATIC)
		automatic(device, net->inet6);
	else if (net->method == RR_LAUNCH_NET_STATIC && !set_static(device, net))
		rr_log("%s has no address: addr \"%s\", mask \"%s\", gw \"%s\" make none", device->name, net->address, net->mask ? net->mask : "", net->gateway ? net->gateway : "");
}

static struct rr_netdev *next_card(struct rr_netdev *device)
{
	do
		device = rr_netdev_next(device);
	while (device && device->offloads & RR_NETDEV_LOOPBACK);
	return device;
}

/* What the document says of one version. False: nothing. */
static bool configure_version(bool v6)
{
	struct rr_launch_net net;
	struct rr_netdev *next = NULL;
	bool any = false;
	for (unsigned index = 0; rr_launch_net(index, &net); index++) {
		if (net.inet6 != v6)
			continue;
		any = true;
		next = next_card(next);
		struct rr_netdev *device = net.name ? rr_netdev_by_name(net.name) : next;
		if (v6 && !rr_ip6)
			rr_log("the launch document configures IPv6, which the image was baked without");
		else if (device)
			configure(device, &net);
		else
			rr_log("the launch document configures the network interface %s, which the machine does not have", net.name ? net.name : "behind the last");
	}
	return any;
}

static struct rr_ip from_number(uint64_t number) { return rr_ip_v4(rr_net32((uint32_t)number)); }

/* What the launcher's word says of the first card. False: nothing. */
static bool configure_card(void)
{
	struct rr_launch_card card;
	struct rr_netdev *device = next_card(NULL);
	if (!rr_launch_card(&card))
		return false;
	struct rr_ip address = from_number(card.address), gateway = from_number(card.gateway);
	if (device && !set_address(device, &address, (unsigned)card.bits, card.gateway ? &gateway : NULL))
		rr_log("%s cannot have the address that the launcher gives it", device->name);
	return true;
}

void rr_net_config_init(void)
{
	bool by_word = configure_card(); /* then there is no document with more */
	for (unsigned v6 = 0; v6 < 2; v6++) {
		bool said = by_word ? !v6 || !rr_ip6 : configure_version(v6) || (v6 && !rr_ip6);
		for (struct rr_netdev *device = NULL; !said && (device = next_card(device));)
			automatic(device, v6);
	}
	rr_ip_flush();
}
