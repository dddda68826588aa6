/* Control messages of ip(7) and ipv6(7) that go with datagrams: RFC 3542, section 6. */
#include <rr/abi/errno.h>
#include <rr/string.h>
#include "inet.h"
#include "option-names.h"

/* A number from 0 to 255, or from `least`; -1: as set. */
static int read_number(const struct rr_abi_cmsghdr *header, int least, int *out)
{
	int32_t value;
	if (header->length != sizeof(*header) + sizeof(value))
		return -EINVAL;
	memcpy(&value, rr_control_data(header), sizeof(value));
	if (value < least || value > 255)
		return -EINVAL;
	*out = value;
	return 0;
}

static int set_source(struct inet_sending *out, const struct rr_ip *from, unsigned device)
{
	if (device && !rr_netdev_by_index(device))
		return -ENODEV;
	if (device)
		out->how.device = device;
	if (rr_ip_is_any(from))
		return 0;
	out->from = rr_ip_with_zone(*from, device);
	out->how.from = &out->from;
	return rr_ip_is_ours(&out->from) ? 0 : -EINVAL;
}

static int read_v4(const struct rr_abi_cmsghdr *header, struct inet_sending *out)
{
	size_t length = header->length - sizeof(*header);
	struct pktinfo info;
	switch (header->type) {
	case IP_PKTINFO: {
		if (length != sizeof(info))
			return -EINVAL;
		memcpy(&info, rr_control_data(header), sizeof(info));
		struct rr_ip from = rr_ip_v4(info.source);
		return set_source(out, &from, (unsigned)info.device);
	}
	case IP_TTL: return read_number(header, 1, &out->how.ttl);
	case IP_TOS:
		if (length == 1) {
			out->how.traffic_class = *(const uint8_t *)rr_control_data(header);
			return 0;
		}
		return read_number(header, 0, &out->how.traffic_class);
	default: return -EINVAL;
	}
}

static int read_v6(const struct rr_abi_cmsghdr *header, struct inet_sending *out)
{
	struct pktinfo6 info;
	struct rr_ip from;
	switch (header->type) {
	case IPV6_PKTINFO:
		if (header->length < sizeof(*header) + sizeof(info))
			return -EINVAL;
		memcpy(&info, rr_control_data(header), sizeof(info));
		memcpy(from.bytes, info.address, 16);
		return set_source(out, &from, info.device);
	case IPV6_HOPLIMIT: return read_number(header, -1, &out->how.ttl);
	case IPV6_TCLASS: return read_number(header, -1, &out->how.traffic_class);
	case IPV6_DONTFRAG: return 0;
	default: return -EINVAL;
	}
}

static int read_segment(const struct rr_abi_cmsghdr *header, struct inet_sending *out)
{
	if (header->length != sizeof(*header) + sizeof(out->segment))
		return -EINVAL;
	memcpy(&out->segment, rr_control_data(header), sizeof(out->segment));
	return 0;
}

int inet_read_control(const struct inet_datagram *datagram, const struct rr_socket_message *message, struct inet_sending *out)
{
	const struct rr_abi_cmsghdr *header = NULL;
	bool bad = false;
	while ((header = rr_control_next(message, header, &bad))) {
		int error = bad ? -EINVAL : 0;
		if (!error && header->level == IPPROTO_IP)
			error = read_v4(header, out);
		else if (!error && header->level == IPPROTO_IPV6 && datagram->base.family == AF_INET6)
			error = read_v6(header, out);
		else if (!error && header->level == IPPROTO_UDP && header->type == UDP_SEGMENT)
			error = read_segment(header, out);
		else if (!error && (header->level == SOL_SOCKET || header->level == IPPROTO_UDP))
			error = -EINVAL; /* none that this family knows */
		if (error)
			return error;
	}
	return 0;
}

static void put_v4(const struct inet_datagram *datagram, struct rr_socket_message *message, const struct rr_udp_datagram *received)
{
	if (datagram->wanted & WANT_PKTINFO) {
		/* the address that would answer: ours, also when it was sent to all */
		bool direct = rr_ip_is_ours(&received->to);
		struct rr_ip_path path;
		struct rr_ip any = RR_IP_ANY, own = direct || rr_ip_find_path(&received->from, &any, received->device, &path) ? received->to : path.source;
		struct pktinfo info = { (int32_t)received->device, own.words[3], received->to.words[3] };
		rr_control_put(message, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	}
	if (datagram->wanted & WANT_TTL) {
		int32_t ttl = received->ttl;
		rr_control_put(message, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
	}
	if (datagram->wanted & WANT_TOS)
		rr_control_put(message, IPPROTO_IP, IP_TOS, &received->traffic_class, sizeof(received->traffic_class));
	if (datagram->wanted & WANT_TO) {
		struct { uint16_t family, port; uint32_t address; uint64_t zero; } to = { AF_INET, rr_net16(datagram->udp.local_port), received->to.words[3], 0 };
		rr_control_put(message, IPPROTO_IP, IP_ORIGDSTADDR, &to, sizeof(to));
	}
}

/* struct sock_extended_err, and who has told: struct sockaddr_in or sockaddr_in6. */
struct extended_error {
	uint32_t error;
	uint8_t origin, type, code, pad;
	uint32_t info, data;
	struct rr_abi_sockaddr offender;
};

long inet_receive_news(struct rr_socket *socket, struct rr_socket_message *message)
{
	struct inet_datagram *datagram = inet_datagram_of(socket);
	struct rr_udp_news *news = rr_udp_take_news(&datagram->udp);
	struct rr_socket_name offender;
	size_t given = 0;
	if (!news)
		return -EAGAIN;
	bool v4 = rr_ip_is_v4(&news->to);
	int error = news->what.packet ? inet_give(message->uio, news->what.packet, &given) : 0;
	if (news->what.packet && given < news->what.packet->total)
		message->result_flags |= MSG_TRUNC;
	message->result_flags |= MSG_ERRQUEUE;
	if (message->name)
		inet_write_name(socket, &(struct inet_address){ news->to, news->port, rr_ip_zone(&news->to) }, message->name);
	struct extended_error what = { (uint32_t)news->error, news->what.origin, news->what.type, news->what.code, 0, news->mtu, 0, { 0 } };
	inet_write_name(socket, &(struct inet_address){ news->what.offender, 0, rr_ip_zone(&news->what.offender) }, &offender);
	memcpy(&what.offender, &offender.address, offender.length);
	rr_control_put(message, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_RECVERR : IPV6_RECVERR, &what, offsetof(struct extended_error, offender) + offender.length);
	rr_udp_put_news(news);
	return error ? error : (long)given;
}

void inet_put_control(const struct inet_datagram *datagram, struct rr_socket_message *message, const struct rr_udp_datagram *received)
{
	bool v4 = rr_ip_is_v4(&received->to);
	if (!datagram->wanted)
		return;
	if (datagram->wanted & WANT_PKTINFO6) {
		struct pktinfo6 info = { .device = received->device };
		struct rr_ip to = rr_ip_without_zone(received->to);
		memcpy(info.address, to.bytes, 16);
		rr_control_put(message, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	}
	if (v4)
		put_v4(datagram, message, received);
	int32_t hops = received->ttl, class = received->traffic_class;
	if (!v4 && datagram->wanted & WANT_HOPLIMIT)
		rr_control_put(message, IPPROTO_IPV6, IPV6_HOPLIMIT, &hops, sizeof(hops));
	if (!v4 && datagram->wanted & WANT_TCLASS)
		rr_control_put(message, IPPROTO_IPV6, IPV6_TCLASS, &class, sizeof(class));
}
