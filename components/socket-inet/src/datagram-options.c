/* setsockopt(2) of ip(7) and ipv6(7), as far as they concern datagrams. */
#include <rr/abi/errno.h>
#include "inet.h"
#include "option-names.h"

static void want(struct inet_datagram *datagram, uint32_t bit, bool on) { datagram->wanted = on ? datagram->wanted | bit : datagram->wanted & ~bit; }

int inet_get_number(uint64_t at, unsigned length, int *out)
{
	uint8_t byte;
	if (length >= sizeof(*out) || !length)
		return rr_socket_get_int(at, length, out);
	if (rr_get_user(byte, at))
		return -EFAULT;
	*out = byte;
	return 0;
}

static int set_discover(struct inet_datagram *datagram, bool v6, int value)
{
	if (value < 0 || value > PMTUDISC_MOST)
		return -EINVAL;
	datagram->mtu_discover[v6] = (uint8_t)value;
	datagram->udp.version[v6].never_fragments = value == PMTUDISC_DO || value == PMTUDISC_DO + 1 || (v6 && datagram->dont_fragment);
	return 0;
}

static int set_ip(struct inet_datagram *datagram, int name, int value)
{
	struct rr_udp *udp = &datagram->udp;
	struct rr_udp_settings *settings = &udp->version[0];
	switch (name) {
	case IP_TOS: settings->traffic_class = (uint8_t)value; return 0;
	case IP_TTL:
		if (value != -1 && (value < 1 || value > 255))
			return -EINVAL;
		settings->ttl = value == -1 ? 0 : (uint8_t)value;
		return 0;
	case IP_MULTICAST_TTL:
		if (value < -1 || value > 255)
			return -EINVAL;
		settings->multicast_ttl = value == -1 ? 1 : (uint8_t)value;
		return 0;
	case IP_MULTICAST_LOOP: settings->multicast_loop = value; return 0;
	case IP_MULTICAST_ALL:
		if (value != 0 && value != 1)
			return -EINVAL;
		settings->multicast_all = value;
		return 0;
	case IP_PKTINFO: want(datagram, WANT_PKTINFO, value); return 0;
	case IP_RECVTTL: want(datagram, WANT_TTL, value); return 0;
	case IP_RECVTOS: want(datagram, WANT_TOS, value); return 0;
	case IP_ORIGDSTADDR: want(datagram, WANT_TO, value); return 0;
	case IP_MTU_DISCOVER: return set_discover(datagram, false, value);
	case IP_RECVERR: settings->hears_errors = value; return 0;
	case IP_FREEBIND:
	case IP_BIND_ADDRESS_NO_PORT: return 0;
	default: return -ENOPROTOOPT;
	}
}

/* Hops and classes: -1 is the default, which is `otherwise`. */
static int set_byte(uint8_t *to, int value, uint8_t otherwise)
{
	if (value < -1 || value > 255)
		return -EINVAL;
	*to = value == -1 ? otherwise : (uint8_t)value;
	return 0;
}

static int set_ipv6(struct inet_datagram *datagram, int name, int value)
{
	struct rr_udp *udp = &datagram->udp;
	struct rr_udp_settings *settings = &udp->version[1];
	switch (name) {
	case IPV6_V6ONLY:
		if (udp->local_port)
			return -EINVAL;
		udp->only_v6 = value;
		return 0;
	case IPV6_UNICAST_HOPS: return set_byte(&settings->ttl, value, 0);
	case IPV6_MULTICAST_HOPS: return set_byte(&settings->multicast_ttl, value, 1);
	case IPV6_TCLASS: return set_byte(&settings->traffic_class, value, 0);
	case IPV6_MULTICAST_LOOP:
		if (value != 0 && value != 1)
			return -EINVAL;
		settings->multicast_loop = value;
		return 0;
	case IPV6_MULTICAST_ALL: settings->multicast_all = value; return 0;
	case IPV6_MULTICAST_IF:
		if (value && udp->device && udp->device != (unsigned)value)
			return -EINVAL;
		if (value && !rr_netdev_by_index((unsigned)value))
			return -ENODEV;
		settings->multicast_device = (unsigned)value;
		return 0;
	case IPV6_RECVPKTINFO: want(datagram, WANT_PKTINFO6, value); return 0;
	case IPV6_RECVHOPLIMIT: want(datagram, WANT_HOPLIMIT, value); return 0;
	case IPV6_RECVTCLASS: want(datagram, WANT_TCLASS, value); return 0;
	case IPV6_MTU_DISCOVER: return set_discover(datagram, true, value);
	case IPV6_DONTFRAG:
		datagram->dont_fragment = value;
		return set_discover(datagram, true, datagram->mtu_discover[1]);
	case IPV6_RECVERR: settings->hears_errors = value; return 0;
	case IPV6_MTU: return value && value < 1280 ? -EINVAL : 0;
	case IPV6_AUTOFLOWLABEL: return 0;
	default: return -ENOPROTOOPT;
	}
}

static int set_udp(struct inet_datagram *datagram, int name, int value)
{
	switch (name) {
	case UDP_CORK:
		datagram->corked = value;
		return value ? 0 : inet_datagram_push(datagram);
	case UDP_SEGMENT:
		if (value < 0 || value > UINT16_MAX)
			return -EINVAL;
		datagram->segment = (uint16_t)value;
		return 0;
	case UDP_GRO: datagram->takes_merged = value; return 0;
	default: return -ENOPROTOOPT;
	}
}

static int get_udp(const struct inet_datagram *datagram, int name, int *value)
{
	switch (name) {
	case UDP_CORK: *value = datagram->corked; return 0;
	case UDP_SEGMENT: *value = datagram->segment; return 0;
	case UDP_GRO: *value = datagram->takes_merged; return 0;
	default: return -ENOPROTOOPT;
	}
}

int inet_datagram_set_option(struct rr_socket *socket, int level, int name, uint64_t at, unsigned length)
{
	struct inet_datagram *datagram = inet_datagram_of(socket);
	int value, error;
	if (level == IPPROTO_UDP && socket->protocol == IPPROTO_UDP) {
		error = rr_socket_get_int(at, length, &value);
		return error ? error : set_udp(datagram, name, value);
	}
	if (level != IPPROTO_IP && (level != IPPROTO_IPV6 || socket->family != AF_INET6))
		return -ENOPROTOOPT;
	error = inet_set_membership(&datagram->udp, level, name, at, length);
	if (error != -ENOPROTOOPT)
		return error;
	if (level == IPPROTO_IP && name == IP_MULTICAST_IF)
		return inet_set_multicast_device(&datagram->udp, at, length);
	error = level == IPPROTO_IP ? inet_get_number(at, length, &value) : rr_socket_get_int(at, length, &value);
	if (error)
		return error;
	return level == IPPROTO_IP ? set_ip(datagram, name, value) : set_ipv6(datagram, name, value);
}

static int get_ip(const struct inet_datagram *datagram, int name, int *value)
{
	const struct rr_udp_settings *settings = &datagram->udp.version[0];
	switch (name) {
	case IP_TOS: *value = settings->traffic_class; break;
	case IP_TTL: *value = settings->ttl ? settings->ttl : 64; break;
	case IP_MULTICAST_TTL: *value = settings->multicast_ttl; break;
	case IP_MULTICAST_LOOP: *value = settings->multicast_loop; break;
	case IP_MULTICAST_ALL: *value = settings->multicast_all; break;
	case IP_MULTICAST_IF: *value = (int)settings->multicast_source.words[3]; break;
	case IP_PKTINFO: *value = !!(datagram->wanted & WANT_PKTINFO); break;
	case IP_RECVTTL: *value = !!(datagram->wanted & WANT_TTL); break;
	case IP_RECVTOS: *value = !!(datagram->wanted & WANT_TOS); break;
	case IP_ORIGDSTADDR: *value = !!(datagram->wanted & WANT_TO); break;
	case IP_MTU_DISCOVER: *value = datagram->mtu_discover[0]; break;
	case IP_RECVERR: *value = settings->hears_errors; break;
	case IP_MTU: *value = rr_udp_mtu(&datagram->udp); break;
	default: return -ENOPROTOOPT;
	}
	return name == IP_MTU && *value < 0 ? *value : 0;
}

static int get_ipv6(const struct inet_datagram *datagram, int name, int *value)
{
	const struct rr_udp_settings *settings = &datagram->udp.version[1];
	switch (name) {
	case IPV6_V6ONLY: *value = datagram->udp.only_v6; break;
	case IPV6_UNICAST_HOPS: *value = settings->ttl ? settings->ttl : 64; break;
	case IPV6_MULTICAST_HOPS: *value = settings->multicast_ttl; break;
	case IPV6_MULTICAST_LOOP: *value = settings->multicast_loop; break;
	case IPV6_MULTICAST_ALL: *value = settings->multicast_all; break;
	case IPV6_MULTICAST_IF: *value = (int)settings->multicast_device; break;
	case IPV6_TCLASS: *value = settings->traffic_class; break;
	case IPV6_RECVPKTINFO: *value = !!(datagram->wanted & WANT_PKTINFO6); break;
	case IPV6_RECVHOPLIMIT: *value = !!(datagram->wanted & WANT_HOPLIMIT); break;
	case IPV6_RECVTCLASS: *value = !!(datagram->wanted & WANT_TCLASS); break;
	case IPV6_MTU_DISCOVER: *value = datagram->mtu_discover[1]; break;
	case IPV6_DONTFRAG: *value = datagram->dont_fragment; break;
	case IPV6_RECVERR: *value = settings->hears_errors; break;
	case IPV6_MTU: *value = rr_udp_mtu(&datagram->udp); break;
	case IPV6_AUTOFLOWLABEL: *value = 0; break;
	default: return -ENOPROTOOPT;
	}
	return name == IPV6_MTU && *value < 0 ? *value : 0;
}

/* A byte where that is what there is room for, as Linux has it. */
int inet_give_number(int value, uint64_t to, unsigned *length)
{
	uint8_t byte = (uint8_t)value;
	if (*length && *length < sizeof(value) && value >= 0 && value <= 255)
		return rr_socket_give(&byte, sizeof(byte), to, length);
	return rr_socket_give(&value, sizeof(value), to, length);
}

int inet_datagram_get_option(struct rr_socket *socket, int level, int name, uint64_t to, unsigned *length)
{
	const struct inet_datagram *datagram = inet_datagram_of(socket);
	int value, error = socket->family == AF_INET6 ? -ENOPROTOOPT : -EOPNOTSUPP;
	if (level == IPPROTO_UDP && socket->protocol == IPPROTO_UDP)
		error = get_udp(datagram, name, &value);
	else if (level == IPPROTO_IP)
		error = get_ip(datagram, name, &value);
	else if (level == IPPROTO_IPV6 && socket->family == AF_INET6)
		error = get_ipv6(datagram, name, &value);
	if (error)
		return error;
	if (level == IPPROTO_IP)
		return inet_give_number(value, to, length);
	return rr_socket_give(&value, sizeof(value), to, length);
}
