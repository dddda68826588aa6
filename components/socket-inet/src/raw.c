/*
 * Raw sockets: raw(7), RFC 3542 section 3. And ping sockets, datagrams of ICMP that echo requests alone can be sent by: icmp(7). They are datagram sockets as far as options go;
 * TCP's and UDP's endpoints know nothing of them.
 */
#include <rr/abi/errno.h>
#include <rr/abi/poll.h>
#include <rr/clock.h>
#include <rr/credentials.h>
#include <rr/heap.h>
#include <rr/random.h>
#include <rr/socket-inet.h>
#include <rr/string.h>
#include <rr/uaccess.h>
#include <rr/vfs.h>
#include "inet.h"

#define MOST_PACKET 65535u
#define IPV4_HEADER 20u
#define ICMP_HEADER 8u
#define IPPROTO_RAW 255
#define SOL_RAW 255
#define IP_HDRINCL 3
#define ICMP_FILTER 1 /* of SOL_RAW, and of IPPROTO_ICMPV6 */
enum { ECHO_REPLY = 0, ECHO_REQUEST = 8, ECHO_REQUEST_6 = 128, ECHO_REPLY_6 = 129 };

struct raw {
	struct inet_datagram datagram; /* udp: addresses, and the port, which is a ping socket's identifier; not in UDP's tables */
	struct rr_list link;           /* of all */
	struct rr_list queue;          /* struct arrival */
	uint32_t queued;               /* bytes in it */
	bool ping, has_header;         /* has_header: packets are sent with their IP header in front */
	uint32_t filter[8];            /* a bit for each type of ICMP that is not wanted */
};

struct arrival {
	struct rr_list link;
	struct rr_udp_datagram what;
};

static struct rr_list all = RR_LIST_INIT(all);

static struct raw *raw_of(struct rr_socket *socket) { return rr_container_of(socket, struct raw, datagram.base); }
static bool is_v6(const struct raw *raw) { return raw->datagram.base.family == AF_INET6; }

static bool is_wanted(const struct raw *raw, const struct rr_netbuf *packet, const struct rr_ip_received *how)
{
	const struct rr_udp *udp = &raw->datagram.udp;
	uint8_t start[6];
	if (raw->datagram.base.protocol != how->protocol || is_v6(raw) == rr_ip_is_v4(&how->to) || (udp->device && udp->device != how->device->index))
		return false;
	if ((!rr_ip_is_any(&udp->local) && !rr_ip_equal(&udp->local, &how->to)) || (!rr_ip_is_any(&udp->remote) && !rr_ip_equal(&udp->remote, &how->from)))
		return false;
	if (how->protocol != IPPROTO_ICMP && how->protocol != IPPROTO_ICMPV6)
		return true;
	if (packet->total < ICMP_HEADER)
		return false;
	rr_netbuf_copy(packet, 0, start, sizeof(start));
	if (raw->ping)
		return start[0] == (is_v6(raw) ? ECHO_REPLY_6 : ECHO_REPLY) && udp->local_port && rr_net_get16(start + 4) == udp->local_port;
	return !(raw->filter[start[0] / 32] >> start[0] % 32 & 1);
}

static struct rr_netbuf *copy(const struct rr_netbuf *packet, const uint8_t *header, uint32_t header_length)
{
	uint32_t length = header_length + packet->total;
	struct rr_netbuf *new = length <= RR_NETBUF_ROOM ? rr_netbuf_alloc(0) : rr_netbuf_alloc_large((uint32_t)rr_align_up(length, RR_PAGE_SIZE));
	if (!new)
		return NULL;
	if (header_length)
		memcpy(rr_netbuf_extend(new, header_length), header, header_length);
	rr_netbuf_copy(packet, 0, rr_netbuf_extend(new, packet->total), packet->total);
	return new;
}

static void queue(struct raw *raw, const struct rr_netbuf *packet, const struct rr_ip_received *how, const uint8_t *header, uint32_t header_length)
{
	struct arrival *arrival = raw->queued < raw->datagram.udp.receive_buffer ? rr_alloc(sizeof(*arrival)) : NULL;
	struct rr_netbuf *own = arrival ? copy(packet, header, raw->ping ? 0 : header_length) : NULL;
	if (!own) {
		raw->datagram.udp.dropped++;
		rr_free(arrival);
		return;
	}
	arrival->what = (struct rr_udp_datagram){ .packet = own, .from = how->from, .to = how->to, .ttl = how->ttl, .traffic_class = how->traffic_class, .device = how->device->index,
		.time = rr_clock_realtime() };
	rr_list_push_back(&raw->queue, &arrival->link);
	raw->queued += own->size;
	rr_wake_all(&raw->datagram.base.can_receive);
}

static bool received(const struct rr_netbuf *packet, const struct rr_ip_received *how, const uint8_t *header, uint32_t header_length)
{
	bool taken = false;
	rr_list_for_each(node, &all) {
		struct raw *raw = rr_list_entry(node, struct raw, link);
		if (!is_wanted(raw, packet, how))
			continue;
		queue(raw, packet, how, header, header_length);
		taken = true;
	}
	return taken;
}

static bool is_taken(const struct raw *raw, uint16_t identifier)
{
	rr_list_for_each(node, &all) {
		const struct raw *other = rr_list_entry(node, const struct raw, link);
		if (other != raw && other->ping && is_v6(other) == is_v6(raw) && other->datagram.udp.local_port == identifier)
			return true;
	}
	return false;
}

/* Of a ping socket. 0: any that is free. */
static int take_identifier(struct raw *raw, uint16_t identifier)
{
	if (identifier && is_taken(raw, identifier))
		return -EADDRINUSE;
	for (unsigned tries = 0; !identifier || is_taken(raw, identifier); tries++) {
		if (tries == UINT16_MAX)
			return -EADDRINUSE;
		identifier = identifier ? (uint16_t)(identifier + 1) : (uint16_t)rr_random_word();
	}
	raw->datagram.udp.local_port = identifier;
	return 0;
}

static int bind(struct rr_socket *socket, const struct rr_socket_name *name)
{
	struct raw *raw = raw_of(socket);
	struct inet_address address;
	int error = inet_read_name(socket, name, false, &address);
	if (!error)
		error = inet_check_scope(&address);
	if (error)
		return error;
	if (!rr_ip_is_any(&address.ip) && !rr_ip_is_multicast(&address.ip) && !rr_ip_is_broadcast(&address.ip) && !rr_ip_is_ours(&address.ip))
		return -EADDRNOTAVAIL;
	if (raw->ping && raw->datagram.udp.local_port)
		return -EINVAL;
	if (raw->ping && (error = take_identifier(raw, address.port)))
		return error;
	raw->datagram.udp.local = address.ip;
	if (address.scope)
		raw->datagram.udp.device = address.scope;
	return 0;
}

static int connect(struct rr_socket *socket, const struct rr_socket_name *name, bool nonblocking)
{
	struct raw *raw = raw_of(socket);
	struct rr_udp *udp = &raw->datagram.udp;
	struct inet_address address;
	struct rr_ip_path path;
	(void)nonblocking;
	if (name->length >= sizeof(uint16_t) && name->address.family == AF_UNSPEC) {
		udp->remote = is_v6(raw) ? RR_IP_ANY : RR_IP_ANY_V4;
		udp->remote_port = 0;
		return 0;
	}
	int error = inet_read_name(socket, name, true, &address);
	if (!error)
		error = inet_check_scope(&address);
	if (!error)
		error = rr_ip_find_path(&address.ip, &udp->local, address.scope ? address.scope : udp->device, &path);
	if (!error && raw->ping && !udp->local_port)
		error = take_identifier(raw, 0);
	if (error)
		return error;
	if (rr_ip_is_any(&udp->local))
		udp->local = path.source;
	udp->remote = address.ip;
	udp->remote_port = address.port;
	return 0;
}

/* A raw socket's own port is its protocol. */
static int get_name(struct rr_socket *socket, enum rr_socket_whose whose, struct rr_socket_name *out)
{
	bool peer = whose != RR_NAME_OWN;
	const struct raw *raw = raw_of(socket);
	const struct rr_udp *udp = &raw->datagram.udp;
	if (peer && !udp->remote_port)
		return -ENOTCONN;
	struct inet_address own = { udp->local, raw->ping ? udp->local_port : socket->protocol, udp->device }, other = { udp->remote, udp->remote_port, udp->device };
	inet_write_name(socket, peer ? &other : &own, out);
	return 0;
}

/* An echo request gets the socket's identifier and a checksum. */
static int complete_ping(struct raw *raw, struct rr_netbuf *packet)
{
	int error = raw->datagram.udp.local_port ? 0 : take_identifier(raw, 0);
	uint8_t *at = packet->data;
	if (error)
		return error;
	if (at[0] != (is_v6(raw) ? ECHO_REQUEST_6 : ECHO_REQUEST) || at[1])
		return -EINVAL;
	rr_net_put16(at + 4, raw->datagram.udp.local_port);
	if (is_v6(raw))
		return 0;
	rr_net_put16(at + 2, 0);
	uint16_t sum = rr_ip_checksum(packet, 0, 0);
	memcpy(at + 2, &sum, sizeof(sum));
	return 0;
}

static int send_with_header(struct rr_netbuf *packet, const struct rr_ip_path *path)
{
	uint8_t *at = packet->data;
	static const uint8_t zero[4];
	if (packet->total < IPV4_HEADER || !rr_netbuf_gather(packet, IPV4_HEADER) || (at[0] & 15u) * 4 < IPV4_HEADER || !rr_netbuf_gather(packet, (at[0] & 15u) * 4)) {
		rr_netbuf_free(packet);
		return -EINVAL;
	}
	if (packet->total > path->mtu) {
		rr_netbuf_free(packet);
		return -EMSGSIZE;
	}
	if (!memcmp(at + 12, zero, 4))
		memcpy(at + 12, &path->source.words[3], 4);
	if (!rr_net_get16(at + 4))
		rr_net_put16(at + 4, (uint16_t)rr_random_word());
	return rr_ip_send_whole(packet, path);
}

static int send_packet(struct raw *raw, struct rr_netbuf *packet, const struct rr_ip *to, const struct inet_sending *sending)
{
	struct rr_udp *udp = &raw->datagram.udp;
	const struct rr_udp_settings *settings = &udp->version[is_v6(raw)];
	bool icmp6 = raw->datagram.base.protocol == IPPROTO_ICMPV6, multicast = rr_ip_is_multicast(to);
	struct rr_ip_path path;
	int error = rr_ip_is_broadcast(to) && !udp->broadcast ? -EACCES : 0;
	if (!error)
		error = rr_ip_find_path(to, sending->how.from ? sending->how.from : &udp->local, sending->how.device ? sending->how.device : udp->device, &path);
	if (!error && (raw->ping || icmp6) && (packet->total < (raw->ping ? ICMP_HEADER : 4) || !rr_netbuf_gather(packet, raw->ping ? ICMP_HEADER : 4)))
		error = -EINVAL;
	if (!error && raw->ping)
		error = complete_ping(raw, packet);
	if (error) {
		rr_netbuf_free(packet);
		return error;
	}
	if (raw->has_header)
		return send_with_header(packet, &path);
	uint8_t ttl = multicast ? settings->multicast_ttl : settings->ttl;
	struct rr_ip_header header = { .from = path.source, .to = *to, .protocol = (uint8_t)raw->datagram.base.protocol, .ttl = sending->how.ttl >= 0 ? (uint8_t)sending->how.ttl : ttl,
		.traffic_class = sending->how.traffic_class >= 0 ? (uint8_t)sending->how.traffic_class : settings->traffic_class, .may_fragment = true, .loop = multicast && settings->multicast_loop };
	if (icmp6) {
		uint16_t sum = rr_ip_pseudo_sum(&header.from, to, IPPROTO_ICMPV6, packet->total);
		memcpy(packet->data + 2, &sum, sizeof(sum));
		packet->flags = RR_NETBUF_NEEDS_CSUM;
		packet->csum_start = 0;
		packet->csum_offset = 2;
	}
	return rr_ip_send(packet, &path, &header);
}

static long send(struct rr_socket *socket, struct rr_socket_message *message)
{
	struct raw *raw = raw_of(socket);
	const struct rr_udp *udp = &raw->datagram.udp;
	size_t length = message->uio->remaining;
	struct inet_address to = { .ip = udp->remote };
	struct rr_netbuf *packet;
	struct inet_sending sending = { .how = { .ttl = -1, .traffic_class = -1 } };
	if (length > MOST_PACKET)
		return -EMSGSIZE;
	if (message->flags & MSG_OOB)
		return -EOPNOTSUPP;
	int error = message->name && message->name->length ? inet_read_name(socket, message->name, true, &to) : rr_ip_is_any(&udp->remote) ? -EDESTADDRREQ : 0;
	sending.how.device = to.scope;
	if (!error && is_v6(raw) == rr_ip_is_v4(&to.ip))
		error = -ENETUNREACH;
	if (!error && message->control_length)
		error = inet_read_control(&raw->datagram, message, &sending);
	if (!error && raw->has_header && length < IPV4_HEADER)
		error = -EINVAL;
	if (!error)
		error = inet_gather(message->uio, &packet);
	if (error)
		return error;
	error = send_packet(raw, packet, &to.ip, &sending);
	rr_ip_flush();
	return error && error != -ENOBUFS ? error : (long)length;
}

static void drop(struct raw *raw, struct arrival *arrival)
{
	raw->queued -= arrival->what.packet->size;
	rr_list_remove(&arrival->link);
	rr_netbuf_free(arrival->what.packet);
	rr_free(arrival);
}

static long receive(struct rr_socket *socket, struct rr_socket_message *message)
{
	struct raw *raw = raw_of(socket);
	size_t given;
	if (message->flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (message->flags & MSG_ERRQUEUE)
		return -EAGAIN;
	uint64_t deadline = rr_socket_receive_deadline(socket, message->flags);
	int error = rr_list_empty(&raw->queue) ? rr_socket_wait(&socket->can_receive, !rr_list_empty(&raw->queue) || socket->shut & RR_SHUT_RECEIVE, deadline) : 0;
	if (error || rr_list_empty(&raw->queue))
		return error;
	struct arrival *arrival = rr_list_entry(raw->queue.next, struct arrival, link);
	size_t length = arrival->what.packet->total;
	error = inet_give(message->uio, arrival->what.packet, &given);
	if (given < length)
		message->result_flags |= MSG_TRUNC;
	if (message->name)
		inet_write_name(socket, &(struct inet_address){ arrival->what.from, 0, arrival->what.device }, message->name);
	rr_control_put_time(socket, message, arrival->what.time);
	inet_put_control(&raw->datagram, message, &arrival->what);
	if (!(message->flags & MSG_PEEK))
		drop(raw, arrival);
	return error ? error : (long)(message->flags & MSG_TRUNC ? length : given);
}

static unsigned poll(struct rr_socket *socket, struct rr_poll_table *table)
{
	if (table && table->add)
		table->add(table, &socket->can_receive);
	return POLLOUT | POLLWRNORM | POLLWRBAND | (rr_list_empty(&raw_of(socket)->queue) ? 0 : POLLIN | POLLRDNORM);
}

static long ioctl(struct rr_socket *socket, unsigned command, uint64_t argument)
{
	const struct raw *raw = raw_of(socket);
	int32_t value = 0;
	if (command == SIOCINQ && !rr_list_empty(&raw->queue))
		value = (int32_t)rr_list_entry(raw->queue.next, struct arrival, link)->what.packet->total;
	else if (command != SIOCINQ && command != SIOCOUTQ)
		return -ENOTTY;
	return rr_put_user(value, argument);
}

/* Bytes of a socket's filter; 0: it has none of this level. */
static unsigned filter_size(const struct raw *raw, int level)
{
	if (level == SOL_RAW && raw->datagram.base.protocol == IPPROTO_ICMP && !raw->ping)
		return sizeof(raw->filter[0]);
	return level == IPPROTO_ICMPV6 && raw->datagram.base.protocol == IPPROTO_ICMPV6 && !raw->ping ? sizeof(raw->filter) : 0;
}

static int set_option(struct rr_socket *socket, int level, int name, uint64_t at, unsigned length)
{
	struct raw *raw = raw_of(socket);
	int value;
	if (level == SOL_RAW || level == IPPROTO_ICMPV6) {
		unsigned size = filter_size(raw, level);
		if (!size)
			return -EOPNOTSUPP;
		return name == ICMP_FILTER ? rr_copy_from_user(raw->filter, at, rr_min(length, size)) : -ENOPROTOOPT;
	}
	if (level == IPPROTO_IP && name == IP_HDRINCL && !raw->ping && !is_v6(raw)) {
		int error = inet_get_number(at, length, &value);
		if (!error)
			raw->has_header = value;
		return error;
	}
	return inet_datagram_set_option(socket, level, name, at, length);
}

static int get_option(struct rr_socket *socket, int level, int name, uint64_t to, unsigned *length)
{
	struct raw *raw = raw_of(socket);
	if (level == SOL_RAW || level == IPPROTO_ICMPV6) {
		unsigned size = filter_size(raw, level);
		if (!size)
			return -EOPNOTSUPP;
		return name == ICMP_FILTER ? rr_socket_give(raw->filter, size, to, length) : -ENOPROTOOPT;
	}
	if (level == IPPROTO_IP && name == IP_HDRINCL && !is_v6(raw))
		return inet_give_number(raw->has_header, to, length);
	return inet_datagram_get_option(socket, level, name, to, length);
}

static void option_changed(struct rr_socket *socket, int name)
{
	struct rr_udp *udp = &raw_of(socket)->datagram.udp;
	udp->broadcast = rr_socket_has(socket, RR_OPTION(SO_BROADCAST));
	if (name == SO_RCVBUF || name == SO_RCVBUFFORCE)
		udp->receive_buffer = socket->receive_buffer;
	if (name == SO_BINDTODEVICE)
		udp->device = socket->device;
}

static int shut_down(struct rr_socket *socket, int how)
{
	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	if (rr_ip_is_any(&raw_of(socket)->datagram.udp.remote))
		return -ENOTCONN;
	socket->shut |= how == SHUT_RD ? RR_SHUT_RECEIVE : how == SHUT_WR ? RR_SHUT_SEND : RR_SHUT_BOTH;
	rr_socket_wake(socket);
	return 0;
}

static void close(struct rr_socket *socket)
{
	struct raw *raw = raw_of(socket);
	rr_list_remove(&raw->link);
	while (!rr_list_empty(&raw->queue))
		drop(raw, rr_list_entry(raw->queue.next, struct arrival, link));
	rr_udp_close(&raw->datagram.udp);
	if (rr_list_empty(&all))
		rr_ip_raw = NULL; /* nobody is to be asked for each packet */
}

static void destroy(struct rr_socket *socket)
{
	close(socket);
	rr_free(raw_of(socket));
}

static const struct rr_socket_ops ops = {
	.bind = bind, .connect = connect, .get_name = get_name, .shutdown = shut_down, .send = send, .receive = receive, .poll = poll, .ioctl = ioctl, .set_option = set_option,
	.get_option = get_option, .option_changed = option_changed, .close = close, .free = destroy,
};

static void raw_each(void (*each)(void *argument, const struct rr_inet_raw_entry *entry), void *argument)
{
	rr_list_for_each(node, &all) {
		const struct raw *raw = rr_list_entry(node, const struct raw, link);
		const struct rr_udp *udp = &raw->datagram.udp;
		each(argument, &(struct rr_inet_raw_entry){ &raw->datagram.base, raw->ping, udp->local, udp->remote, raw->ping ? udp->local_port : raw->datagram.base.protocol,
		                                            raw->queued, udp->dropped });
	}
}

int rr_inet_raw(int family, int type, int protocol, struct rr_socket **out)
{
	bool ping = type == SOCK_DGRAM;
	if (!protocol || (ping && protocol != (family == AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP)))
		return -EPROTONOSUPPORT;
	if (!ping && !rr_capable(CAP_NET_RAW))
		return -EPERM;
	struct raw *raw = rr_zalloc(1, sizeof(*raw));
	if (!raw)
		return -ENOMEM;
	struct inet_datagram *datagram = &raw->datagram;
	rr_socket_init(&datagram->base, &ops, family, type, protocol);
	datagram->mtu_discover[0] = datagram->mtu_discover[1] = 1;
	rr_udp_init(&datagram->udp, family == AF_INET6, &datagram->owner);
	rr_list_init(&raw->queue);
	raw->ping = ping;
	raw->has_header = protocol == IPPROTO_RAW && family == AF_INET;
	rr_list_push_back(&all, &raw->link);
	rr_ip_raw = received;
	rr_inet_raw_each = raw_each;
	*out = &datagram->base;
	return 0;
}
