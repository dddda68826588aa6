/* What is ready, and how much: poll(2), ioctl(2). */
#include "unix.h"

#define WRITABLE (POLLOUT | POLLWRNORM | POLLWRBAND)
#define READABLE (POLLIN | POLLPRI | POLLRDNORM | POLLRDBAND | POLLMSG | POLLRDHUP)

/* Readers are not woken for writers' events: who waits for edges would be told twice. */
static void add_queues(struct rr_socket *base, struct rr_poll_table *table)
{
	if (table->events & WRITABLE)
		table->add(table, &base->can_send);
	if (table->events & READABLE || !(table->events & WRITABLE))
		table->add(table, &base->can_receive);
}

static unsigned common(struct unix_socket *socket, struct rr_poll_table *table)
{
	struct rr_socket *base = &socket->base;
	unsigned ready = 0;
	if (table)
		add_queues(base, table);
	if (base->error)
		ready |= POLLERR;
	if (base->shut == RR_SHUT_BOTH)
		ready |= POLLHUP;
	if (base->shut & RR_SHUT_RECEIVE)
		ready |= POLLRDHUP | POLLIN | POLLRDNORM;
	if (!rr_list_empty(&socket->queue))
		ready |= POLLIN | POLLRDNORM;
	if (base->type != SOCK_DGRAM && socket->state == UNIX_CLOSED)
		ready |= POLLHUP;
	return ready;
}

unsigned unix_stream_poll(struct rr_socket *base, struct rr_poll_table *table)
{
	struct unix_socket *socket = unix_of(base);
	return common(socket, table) | (unix_is_writable(socket) ? WRITABLE : 0);
}

/* There is room in the queue of who this socket is connected to: its own pollers want to know. */
static bool relay(struct rr_waiter *waiter)
{
	struct unix_socket *socket = rr_container_of(waiter, struct unix_socket, relay);
	unix_wake(&socket->base.can_send);
	return false;
}

unsigned unix_datagram_poll(struct rr_socket *base, struct rr_poll_table *table)
{
	struct unix_socket *socket = unix_of(base), *peer = socket->peer;
	unsigned ready = common(socket, table);
	if (!unix_is_writable(socket))
		return ready;
	if (!peer || peer->peer == socket || !unix_is_full(peer))
		return ready | WRITABLE;
	socket->relay.wake = relay;
	rr_waiter_add(&peer->room, &socket->relay);
	return ready;
}

/* SIOCINQ: of a datagram socket the next one, of the others all. */
static int bytes_waiting(const struct unix_socket *socket)
{
	size_t total = 0;
	rr_list_for_each(node, &socket->queue) {
		const struct unix_message *message = rr_list_entry(node, struct unix_message, link);
		total += message->length - message->consumed;
		if (socket->base.type == SOCK_DGRAM)
			break;
	}
	return (int)total;
}

long unix_ioctl(struct rr_socket *base, unsigned command, uint64_t argument)
{
	struct unix_socket *socket = unix_of(base);
	int value;
	switch (command) {
	case SIOCINQ:
		if (socket->state == UNIX_LISTENING)
			return -EINVAL;
		value = bytes_waiting(socket);
		break;
	case SIOCOUTQ:
		value = (int)socket->charged;
		break;
	default:
		return -ENOTTY;
	}
	return rr_put_user(value, argument);
}
