/* The sockets: netlink(7). */
#include <rr/abi/poll.h>
#include <rr/heap.h>
#include <rr/string.h>
#include <rr/uaccess.h>
#include <rr/vfs.h>
#include "netlink.h"

#define NETLINK_ROUTE 0
#define SOL_NETLINK 270
enum { NETLINK_ADD_MEMBERSHIP = 1, NETLINK_DROP_MEMBERSHIP = 2, NETLINK_PKTINFO = 3, NETLINK_CAP_ACK = 10, NETLINK_EXT_ACK = 11, NETLINK_GET_STRICT_CHK = 12 };
#define MOST_REQUEST 65536u

struct sockaddr_nl {
	uint16_t family, pad;
	uint32_t port, groups;
};
_Static_assert(sizeof(struct sockaddr_nl) == 12, "struct sockaddr_nl");

struct rr_list netlink_sockets = RR_LIST_INIT(netlink_sockets);

static struct netlink_socket *find(uint32_t port)
{
	rr_list_for_each(node, &netlink_sockets) {
		struct netlink_socket *socket = rr_list_entry(node, struct netlink_socket, link);
		if (socket->port == port)
			return socket;
	}
	return NULL;
}

/* The process's number for its first socket, as Linux has it; others count down from the end. */
static void bind_any(struct netlink_socket *socket)
{
	uint32_t port = (uint32_t)rr_socket_credentials(true).pid;
	for (uint32_t other = 0xfffff000u; find(port); other--)
		port = other;
	socket->port = port;
}

static int read_name(const struct rr_socket_name *name, struct sockaddr_nl *out)
{
	if (name->length < sizeof(*out))
		return -EINVAL;
	memcpy(out, &name->address, sizeof(*out));
	return out->family == AF_NETLINK ? 0 : -EINVAL;
}

static int bind(struct rr_socket *base, const struct rr_socket_name *name)
{
	struct netlink_socket *socket = netlink_of(base);
	struct sockaddr_nl wanted;
	int error = read_name(name, &wanted);
	if (error)
		return error;
	if (socket->port && wanted.port && wanted.port != socket->port)
		return -EINVAL;
	if (!socket->port && wanted.port) {
		if (find(wanted.port))
			return -EADDRINUSE;
		socket->port = wanted.port;
	}
	if (!socket->port)
		bind_any(socket);
	socket->groups = wanted.groups;
	return 0;
}

static int connect(struct rr_socket *base, const struct rr_socket_name *name, bool nonblocking)
{
	struct netlink_socket *socket = netlink_of(base);
	struct sockaddr_nl to;
	(void)nonblocking;
	if (name->length >= sizeof(uint16_t) && name->address.family == AF_UNSPEC) {
		socket->peer = socket->peer_groups = 0;
		return 0;
	}
	int error = read_name(name, &to);
	if (error)
		return error;
	if (to.groups)
		return -EPERM;
	if (!socket->port)
		bind_any(socket);
	socket->peer = to.port;
	return 0;
}

static int get_name(struct rr_socket *base, enum rr_socket_whose whose, struct rr_socket_name *out)
{
	bool peer = whose != RR_NAME_OWN;
	struct netlink_socket *socket = netlink_of(base);
	struct sockaddr_nl name = { .family = AF_NETLINK, .port = peer ? socket->peer : socket->port, .groups = peer ? socket->peer_groups : socket->groups };
	out->length = sizeof(name);
	memcpy(&out->address, &name, sizeof(name));
	return 0;
}

/* The kernel answers within the call; there is nobody else to send to. */
static long send(struct rr_socket *base, struct rr_socket_message *message)
{
	struct netlink_socket *socket = netlink_of(base);
	struct sockaddr_nl to = { .port = socket->peer };
	size_t length = message->uio->remaining;
	if (message->flags & MSG_OOB)
		return -EOPNOTSUPP;
	int error = message->name && message->name->length ? read_name(message->name, &to) : 0;
	if (error)
		return error;
	if (to.port || to.groups)
		return to.groups ? -EPERM : -ECONNREFUSED;
	if (!socket->port)
		bind_any(socket);
	if (length > rr_min(socket->base.send_buffer, MOST_REQUEST))
		return -EMSGSIZE;
	void *data = rr_alloc(length ? length : 1);
	if (!data)
		return -ENOBUFS;
	error = rr_uio_read(message->uio, data, length);
	if (!error)
		netlink_requests(socket, data, (uint32_t)length);
	rr_free(data);
	return error ? error : (long)length;
}

void netlink_queue(struct netlink_socket *socket, struct netlink_packet *packet)
{
	if (socket->queued + packet->length > socket->base.receive_buffer) {
		socket->lost = true;
		rr_free(packet);
	} else {
		rr_list_push_back(&socket->queue, &packet->link);
		socket->queued += packet->length;
	}
	rr_wake_all(&socket->base.can_receive);
}

static void drop_first(struct netlink_socket *socket)
{
	struct netlink_packet *packet = rr_list_entry(socket->queue.next, struct netlink_packet, link);
	rr_list_remove(&packet->link);
	socket->queued -= packet->length;
	rr_free(packet);
}

static bool is_readable(const struct netlink_socket *socket) { return socket->lost || !rr_list_empty(&socket->queue); }

static long receive(struct rr_socket *base, struct rr_socket_message *message)
{
	struct netlink_socket *socket = netlink_of(base);
	if (message->flags & MSG_OOB)
		return -EOPNOTSUPP;
	uint64_t deadline = rr_socket_receive_deadline(base, message->flags);
	int error = is_readable(socket) ? 0 : rr_socket_wait(&base->can_receive, is_readable(socket), deadline);
	if (error)
		return error;
	if (socket->lost) {
		socket->lost = false;
		return -ENOBUFS;
	}
	struct netlink_packet *packet = rr_list_entry(socket->queue.next, struct netlink_packet, link);
	size_t length = packet->length, given = rr_min(length, message->uio->remaining);
	error = rr_uio_write(message->uio, packet->data, given);
	if (given < length)
		message->result_flags |= MSG_TRUNC;
	if (message->name) {
		struct sockaddr_nl from = { .family = AF_NETLINK, .groups = packet->groups };
		message->name->length = sizeof(from);
		memcpy(&message->name->address, &from, sizeof(from));
	}
	if (!(message->flags & MSG_PEEK))
		drop_first(socket);
	return error ? error : (long)(message->flags & MSG_TRUNC ? length : given);
}

static unsigned poll(struct rr_socket *base, struct rr_poll_table *table)
{
	struct netlink_socket *socket = netlink_of(base);
	if (table && table->add)
		table->add(table, &base->can_receive);
	return POLLOUT | POLLWRNORM | (rr_list_empty(&socket->queue) ? 0 : POLLIN | POLLRDNORM) | (socket->lost ? POLLERR : 0);
}

static int set_option(struct rr_socket *base, int level, int name, uint64_t at, unsigned length)
{
	struct netlink_socket *socket = netlink_of(base);
	int value;
	if (level != SOL_NETLINK)
		return -ENOPROTOOPT;
	int error = rr_socket_get_int(at, length, &value);
	if (error)
		return error;
	switch (name) {
	case NETLINK_ADD_MEMBERSHIP:
	case NETLINK_DROP_MEMBERSHIP:
		if (value < 1 || value > RTNLGRP_LAST)
			return -EINVAL;
		if (name == NETLINK_ADD_MEMBERSHIP)
			socket->groups |= 1u << (value - 1);
		else
			socket->groups &= ~(1u << (value - 1));
		return 0;
	case NETLINK_CAP_ACK: socket->cap_ack = value; break;
	default:
		if (name < NETLINK_PKTINFO || name > NETLINK_GET_STRICT_CHK)
			return -ENOPROTOOPT;
	}
	socket->options = value ? socket->options | 1u << name : socket->options & ~(1u << name);
	return 0;
}

static int get_option(struct rr_socket *base, int level, int name, uint64_t to, unsigned *length)
{
	const struct netlink_socket *socket = netlink_of(base);
	if (level != SOL_NETLINK || name < NETLINK_PKTINFO || name > NETLINK_GET_STRICT_CHK)
		return -ENOPROTOOPT;
	int value = socket->options >> name & 1;
	return rr_socket_give(&value, sizeof(value), to, length);
}

static void close(struct rr_socket *base)
{
	struct netlink_socket *socket = netlink_of(base);
	rr_list_remove(&socket->link);
	while (!rr_list_empty(&socket->queue))
		drop_first(socket);
}

static void destroy(struct rr_socket *base)
{
	close(base);
	rr_free(netlink_of(base));
}

static const struct rr_socket_ops ops = {
	.bind = bind, .connect = connect, .get_name = get_name, .send = send, .receive = receive, .poll = poll, .set_option = set_option, .get_option = get_option,
	.close = close, .free = destroy,
};

static int create(int type, int protocol, struct rr_socket **out)
{
	if (type != SOCK_RAW && type != SOCK_DGRAM)
		return -ESOCKTNOSUPPORT;
	if (protocol != NETLINK_ROUTE)
		return -EPROTONOSUPPORT;
	struct netlink_socket *socket = rr_zalloc(1, sizeof(*socket));
	if (!socket)
		return -ENOMEM;
	rr_socket_init(&socket->base, &ops, AF_NETLINK, type, protocol);
	rr_list_init(&socket->queue);
	rr_list_push_back(&netlink_sockets, &socket->link);
	*out = &socket->base;
	return 0;
}

void rr_socket_netlink_init(void);
void rr_socket_netlink_init(void)
{
	static struct rr_socket_family family = { .number = AF_NETLINK, .create = create };
	rr_socket_register(&family);
	notify_init();
}
