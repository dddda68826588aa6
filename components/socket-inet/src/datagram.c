/* Datagram sockets over UDP: udp(7), ip(7). */
#include <rr/abi/errno.h>
#include <rr/abi/poll.h>
#include <rr/heap.h>
#include <rr/netbuf.h>
#include <rr/socket-inet.h>
#include <rr/uaccess.h>
#include <rr/udp.h>
#include <rr/vfs.h>
#include "inet.h"

#define MOST_SEGMENTS 64u /* of UDP_SEGMENT */
#define MOST_PAYLOAD 65535u /* of either version; rr_udp_send() knows which */

static struct inet_datagram *datagram_of(struct rr_socket *socket) { return inet_datagram_of(socket); }

static void changed(struct rr_udp_owner *owner)
{
	struct rr_socket *socket = &rr_container_of(owner, struct inet_datagram, owner)->base;
	rr_wake_all(&socket->can_receive);
	if (datagram_of(socket)->udp.error)
		rr_wake_all(&socket->can_send);
}

const struct rr_socket *rr_inet_of_udp(const struct rr_udp_owner *owner)
{
	return owner && owner->changed == changed ? &rr_container_of(owner, const struct inet_datagram, owner)->base : NULL;
}

static int bind(struct rr_socket *socket, const struct rr_socket_name *name)
{
	struct inet_address address;
	struct rr_udp *udp = &datagram_of(socket)->udp;
	int error = inet_read_name(socket, name, false, &address);
	if (!error)
		error = inet_check_scope(&address);
	if (!error && udp->only_v6 && rr_ip_is_v4(&address.ip))
		error = -EINVAL;
	if (!error)
		error = rr_udp_bind(udp, &address.ip, address.port);
	if (!error && address.scope)
		udp->device = address.scope;
	return error;
}

static int connect(struct rr_socket *socket, const struct rr_socket_name *name, bool nonblocking)
{
	struct inet_address address;
	struct rr_udp *udp = &datagram_of(socket)->udp;
	(void)nonblocking;
	if (name->length >= sizeof(uint16_t) && name->address.family == AF_UNSPEC)
		return rr_udp_connect(udp, NULL, 0);
	int error = rr_udp_have_port(udp);
	if (!error)
		error = inet_read_name(socket, name, true, &address);
	if (!error)
		error = inet_check_scope(&address);
	if (!error && udp->only_v6 && rr_ip_is_v4(&address.ip))
		error = name->address.family == AF_INET ? -EAFNOSUPPORT : -ENETUNREACH;
	if (error)
		return error;
	unsigned old = udp->device;
	if (address.scope)
		udp->device = address.scope;
	error = rr_udp_connect(udp, &address.ip, address.port);
	if (error)
		udp->device = old;
	return error;
}

static int get_name(struct rr_socket *socket, enum rr_socket_whose whose, struct rr_socket_name *out)
{
	bool peer = whose != RR_NAME_OWN;
	const struct rr_udp *udp = &datagram_of(socket)->udp;
	if (peer && !udp->remote_port)
		return -ENOTCONN;
	struct inet_address address = peer ? (struct inet_address){ udp->remote, udp->remote_port, udp->device } : (struct inet_address){ udp->local, udp->local_port, udp->device };
	inet_write_name(socket, &address, out);
	return 0;
}

static int shut_down(struct rr_socket *socket, int how)
{
	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	/* as Linux also when it is not connected, which is told all the same: who waits for a datagram is woken */
	socket->shut |= how == SHUT_RD ? RR_SHUT_RECEIVE : how == SHUT_WR ? RR_SHUT_SEND : RR_SHUT_BOTH;
	rr_socket_wake(socket);
	return datagram_of(socket)->udp.remote_port ? 0 : -ENOTCONN;
}

/* The payload in a packet with headroom, in one piece where it fits. */
int inet_gather(struct rr_uio *uio, struct rr_netbuf **out)
{
	size_t length = uio->remaining;
	bool small = length + RR_NETBUF_HEADROOM <= RR_NETBUF_ROOM;
	struct rr_netbuf *packet = rr_netbuf_alloc(RR_NETBUF_HEADROOM);
	struct rr_netbuf *body = small || !packet ? packet : rr_netbuf_alloc_large((uint32_t)rr_align_up(length, RR_PAGE_SIZE));
	int error = body ? rr_uio_read(uio, body->data, length) : -ENOBUFS;
	if (!error)
		rr_netbuf_extend(body, (uint32_t)length);
	if (!error && body != packet)
		rr_netbuf_append(packet, body);
	if (error) {
		if (body != packet)
			rr_netbuf_free(body);
		rr_netbuf_free(packet);
		return error;
	}
	*out = packet;
	return 0;
}

static void drop_held(struct inet_datagram *datagram)
{
	rr_netbuf_free(datagram->held);
	rr_free(datagram->held_for);
	datagram->held = NULL;
	datagram->held_for = NULL;
}

int inet_datagram_push(struct inet_datagram *datagram)
{
	struct rr_netbuf *packet = datagram->held;
	if (!packet)
		return 0;
	datagram->held = NULL;
	int error = rr_udp_send_as(&datagram->udp, packet, &datagram->held_for->how);
	drop_held(datagram);
	return error;
}

/* One datagram from several calls: the first says where it goes. */
static int hold(struct inet_datagram *datagram, struct rr_uio *uio, const struct inet_sending *sending)
{
	struct rr_netbuf *part;
	if (datagram->held && datagram->held->total + uio->remaining > MOST_PAYLOAD)
		return -EMSGSIZE;
	int error = inet_gather(uio, &part);
	if (error || datagram->held) {
		if (!error)
			rr_netbuf_append(datagram->held, part);
		return error;
	}
	struct inet_sending *kept = rr_alloc(sizeof(*kept));
	if (!kept) {
		rr_netbuf_free(part);
		return -ENOMEM;
	}
	*kept = *sending;
	kept->how.from = sending->how.from ? &kept->from : NULL;
	kept->how.to = sending->how.to ? &kept->to : NULL;
	datagram->held = part;
	datagram->held_for = kept;
	return 0;
}

static int send_one(struct rr_udp *udp, struct rr_uio *uio, const struct inet_sending *sending)
{
	struct rr_netbuf *packet;
	int error = inet_gather(uio, &packet);
	return error ? error : rr_udp_send_as(udp, packet, &sending->how);
}

/* UDP_SEGMENT: a datagram for each `segment` bytes. */
static int send_cut(struct rr_udp *udp, struct rr_uio *uio, const struct inet_sending *sending)
{
	size_t left = uio->remaining;
	int error = left > (size_t)sending->segment * MOST_SEGMENTS ? -EINVAL : 0;
	while (left && !error) {
		uio->remaining = rr_min(left, (size_t)sending->segment);
		left -= uio->remaining;
		error = send_one(udp, uio, sending);
	}
	return error;
}

static int check_send(struct rr_socket *socket, struct rr_socket_message *message, struct inet_sending *sending)
{
	struct inet_datagram *datagram = datagram_of(socket);
	struct inet_address to;
	bool named = message->name && message->name->length;
	int error = rr_udp_have_port(&datagram->udp);
	if (!error && message->flags & MSG_OOB && socket->family == AF_INET)
		error = -EOPNOTSUPP;
	if (!error && named)
		error = inet_read_name(socket, message->name, true, &to);
	if (!error && named) {
		sending->how.device = to.scope;
		sending->to = to.ip;
		sending->how.to = &sending->to;
		sending->how.port = to.port;
	}
	if (!error && message->flags & MSG_OOB && rr_ip_is_v4(named ? &to.ip : &datagram->udp.remote)) /* IPv6's does not mind, as on Linux */
		error = -EOPNOTSUPP;
	if (!error && message->control_length)
		error = inet_read_control(datagram, message, sending);
	return error;
}

static int take_error(struct rr_socket *socket)
{
	struct rr_udp *udp = &datagram_of(socket)->udp;
	int error = udp->error;
	udp->error = 0;
	return error;
}

static long send(struct rr_socket *socket, struct rr_socket_message *message)
{
	struct inet_datagram *datagram = datagram_of(socket);
	size_t length = message->uio->remaining;
	struct inet_sending sending = { .how = { .ttl = -1, .traffic_class = -1 }, .segment = datagram->segment };
	int error = check_send(socket, message, &sending);
	if (error)
		return error;
	if (!sending.how.to && !datagram->udp.remote_port && !datagram->held)
		return -EDESTADDRREQ;
	if (sending.how.to && !sending.how.port)
		return -EINVAL;
	if (length > MOST_PAYLOAD)
		return -EMSGSIZE;
	if (socket->shut & RR_SHUT_SEND) {
		error = take_error(socket);
		return error ? -error : rr_socket_broken(message);
	}
	if (RR_UNLIKELY(datagram->held || datagram->corked || message->flags & MSG_MORE)) {
		error = hold(datagram, message->uio, &sending);
		if (!error && !datagram->corked && !(message->flags & MSG_MORE))
			error = inet_datagram_push(datagram);
	} else if (RR_UNLIKELY(sending.segment) && length > sending.segment) {
		error = send_cut(&datagram->udp, message->uio, &sending);
	} else {
		error = send_one(&datagram->udp, message->uio, &sending);
	}
	return error ? error : (long)length;
}

static bool is_readable(const struct inet_datagram *datagram) { return datagram->udp.first || datagram->udp.error || datagram->base.shut & RR_SHUT_RECEIVE; }

int inet_give(struct rr_uio *uio, const struct rr_netbuf *packet, size_t *given)
{
	int error = 0;
	*given = 0;
	for (const struct rr_netbuf *piece = packet; piece && uio->remaining && !error; piece = piece->more) {
		size_t count = rr_min((size_t)piece->length, uio->remaining);
		error = rr_uio_write(uio, piece->data, count);
		*given += count;
	}
	return error;
}

static long receive(struct rr_socket *socket, struct rr_socket_message *message)
{
	struct inet_datagram *datagram = datagram_of(socket);
	struct rr_udp_datagram first;
	size_t given;
	if (message->flags & MSG_ERRQUEUE)
		return inet_receive_news(socket, message);
	uint64_t deadline = rr_socket_receive_deadline(socket, message->flags);
	int error = is_readable(datagram) ? 0 : rr_socket_wait(&socket->can_receive, is_readable(datagram), deadline);
	if (error)
		return error;
	if (datagram->udp.error) {
		error = datagram->udp.error;
		datagram->udp.error = 0;
		return -error;
	}
	bool peek = message->flags & MSG_PEEK;
	if (!rr_udp_first(&datagram->udp, &first, !peek))
		return deadline ? 0 : -EAGAIN; /* shut, which only who would wait is told */
	size_t length = first.packet->total;
	error = inet_give(message->uio, first.packet, &given);
	if (given < length)
		message->result_flags |= MSG_TRUNC;
	if (message->name)
		inet_write_name(socket, &(struct inet_address){ first.from, first.port, first.device }, message->name);
	rr_control_put_time(socket, message, first.time);
	inet_put_control(datagram, message, &first);
	if (!peek)
		rr_netbuf_free(first.packet);
	return error ? error : (long)(message->flags & MSG_TRUNC ? length : given);
}

static unsigned poll(struct rr_socket *socket, struct rr_poll_table *table)
{
	struct inet_datagram *datagram = datagram_of(socket);
	unsigned ready = POLLOUT | POLLWRNORM | POLLWRBAND;
	if (table && table->add) {
		table->add(table, &socket->can_receive);
		table->add(table, &socket->can_send);
	}
	if (datagram->udp.first || socket->shut & RR_SHUT_RECEIVE)
		ready |= POLLIN | POLLRDNORM;
	if (socket->shut & RR_SHUT_RECEIVE)
		ready |= POLLRDHUP;
	if (socket->shut == RR_SHUT_BOTH)
		ready |= POLLHUP;
	return datagram->udp.error || !rr_list_empty(&datagram->udp.news) ? ready | POLLERR : ready;
}

static long ioctl(struct rr_socket *socket, unsigned command, uint64_t argument)
{
	struct rr_udp_datagram first;
	int32_t value = 0;
	if (command == SIOCINQ) {
		if (rr_udp_first(&datagram_of(socket)->udp, &first, false))
			value = (int32_t)first.packet->total;
	} else if (command != SIOCOUTQ) {
		return -ENOTTY;
	}
	return rr_put_user(value, argument);
}

static void option_changed(struct rr_socket *socket, int name)
{
	struct rr_udp *udp = &datagram_of(socket)->udp;
	udp->reuse_address = rr_socket_has(socket, RR_OPTION(SO_REUSEADDR));
	udp->reuse_port = rr_socket_has(socket, RR_OPTION(SO_REUSEPORT));
	udp->broadcast = rr_socket_has(socket, RR_OPTION(SO_BROADCAST));
	if (name == SO_BINDTODEVICE)
		udp->device = socket->device;
	if (name == SO_RCVBUF || name == SO_RCVBUFFORCE)
		udp->receive_buffer = socket->receive_buffer;
}

static void close(struct rr_socket *socket)
{
	drop_held(datagram_of(socket));
	rr_udp_close(&datagram_of(socket)->udp);
}

static void destroy(struct rr_socket *socket)
{
	rr_udp_close(&datagram_of(socket)->udp);
	rr_free(datagram_of(socket));
}

static const struct rr_socket_ops ops = {
	.bind = bind, .connect = connect, .get_name = get_name, .shutdown = shut_down, .send = send, .receive = receive, .poll = poll, .ioctl = ioctl,
	.set_option = inet_datagram_set_option, .get_option = inet_datagram_get_option, .option_changed = option_changed, .take_error = take_error, .close = close, .free = destroy,
};

int inet_datagram_create(int family, int type, int protocol, struct rr_socket **out)
{
	if (protocol && protocol != IPPROTO_UDP)
		return -EPROTONOSUPPORT;
	struct inet_datagram *datagram = rr_zalloc(1, sizeof(*datagram));
	if (!datagram)
		return -ENOMEM;
	rr_socket_init(&datagram->base, &ops, family, type, IPPROTO_UDP);
	datagram->owner.changed = changed;
	datagram->mtu_discover[0] = datagram->mtu_discover[1] = 1; /* PMTUDISC_WANT */
	rr_udp_init(&datagram->udp, family == AF_INET6, &datagram->owner);
	*out = &datagram->base;
	return 0;
}
