/* Addresses of ip(7) and ipv6(7). */
#include <rr/abi/errno.h>
#include <rr/string.h>
#include "inet.h"

struct sockaddr_in {
	uint16_t family, port;
	uint32_t address;
	uint8_t zero[8];
};
_Static_assert(sizeof(struct sockaddr_in) == 16, "struct sockaddr_in");

struct sockaddr_in6 {
	uint16_t family, port;
	uint32_t flow;
	uint8_t address[16];
	uint32_t scope;
};
_Static_assert(sizeof(struct sockaddr_in6) == 28, "struct sockaddr_in6");
#define SIN6_LENGTH_RFC2133 24u /* without scope */

/* Does an address mean nothing without its link? RFC 4007, 5; as Linux has it. */
static bool needs_scope(const struct rr_ip *ip)
{
	return rr_ip_is_link_local(ip) || (ip->bytes[0] == 0xff && ((ip->bytes[1] & 15) == 1 || (ip->bytes[1] & 15) == 2));
}

static int read_v6(const struct rr_socket_name *name, struct inet_address *out)
{
	struct sockaddr_in6 in6 = { 0 };
	memcpy(&in6, &name->address, rr_min((size_t)name->length, sizeof(in6)));
	memcpy(out->ip.bytes, in6.address, 16);
	out->port = rr_net16(in6.port);
	out->scope = needs_scope(&out->ip) ? in6.scope : 0;
	out->ip = rr_ip_with_zone(out->ip, out->scope);
	return 0;
}

int inet_read_name(const struct rr_socket *socket, const struct rr_socket_name *name, bool v4_too, struct inet_address *out)
{
	uint16_t family = name->address.family;
	struct sockaddr_in in;
	if (name->length < sizeof(family))
		return -EINVAL;
	if (socket->family == AF_INET6 && !(v4_too && family == AF_INET)) {
		if (name->length < SIN6_LENGTH_RFC2133)
			return -EINVAL;
		return family == AF_INET6 ? read_v6(name, out) : -EAFNOSUPPORT;
	}
	if (name->length < sizeof(in))
		return -EINVAL;
	memcpy(&in, &name->address, sizeof(in));
	/* as Linux: the unspecified family is taken for IPv4's when the address is any */
	if (family != AF_INET && !(family == AF_UNSPEC && !in.address && socket->family == AF_INET))
		return -EAFNOSUPPORT;
	*out = (struct inet_address){ rr_ip_v4(in.address), rr_net16(in.port), 0 };
	return 0;
}

int inet_check_scope(const struct inet_address *address)
{
	bool link = rr_ip_is_link_local(&address->ip) || (address->ip.bytes[0] == 0xff && (address->ip.bytes[1] & 15) == 2);
	if (!link)
		return 0;
	return !address->scope ? -EINVAL : rr_netdev_by_index(address->scope) ? 0 : -ENODEV;
}

void inet_write_name(const struct rr_socket *socket, const struct inet_address *address, struct rr_socket_name *out)
{
	if (socket->family == AF_INET6) {
		struct rr_ip wire = rr_ip_without_zone(address->ip);
		struct sockaddr_in6 in6 = { .family = AF_INET6, .port = rr_net16(address->port) };
		memcpy(in6.address, wire.bytes, 16);
		if (needs_scope(&address->ip))
			in6.scope = rr_ip_zone(&address->ip) ? rr_ip_zone(&address->ip) : address->scope;
		out->length = sizeof(in6);
		memcpy(&out->address, &in6, sizeof(in6));
		return;
	}
	struct sockaddr_in in = { .family = AF_INET, .port = rr_net16(address->port), .address = address->ip.words[3] };
	out->length = sizeof(in);
	memcpy(&out->address, &in, sizeof(in));
}
