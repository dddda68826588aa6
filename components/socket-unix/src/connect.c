/* Connections: made, accepted, shut, closed. */
#include <rr/heap.h>
#include "unix.h"

static void share_address(struct unix_socket *from, struct unix_socket *to)
{
	to->address = from->address;
	if (to->address)
		to->address->refs++;
}

static void join(struct unix_socket *socket, struct unix_socket *other)
{
	unix_ref(other);
	socket->peer = other;
	socket->state = UNIX_CONNECTED;
}

static int check_state(const struct unix_socket *socket)
{
	if (socket->state == UNIX_CLOSED)
		return 0;
	return socket->state == UNIX_CONNECTED ? -EISCONN : -EINVAL;
}

static bool refuses(const struct unix_socket *listener)
{
	return listener->state != UNIX_LISTENING || listener->base.shut & RR_SHUT_RECEIVE || listener->dead;
}

/* The listener's side of a connection, which waits there until it is accepted. */
static int make_connection(struct unix_socket *socket, struct unix_socket *listener)
{
	struct unix_socket *connection;
	int error = unix_create(listener->base.ops, listener->base.type, &connection);
	if (error)
		return error;
	share_address(listener, connection);
	connection->base.peer = rr_socket_credentials(true);
	socket->base.peer = listener->base.peer;
	join(socket, connection);
	join(connection, socket);
	rr_list_push_back(&listener->queue, &connection->pending);
	listener->queued++;
	listener->arrived++;
	unix_wake(&listener->base.can_receive);
	return 0;
}

/* Try with one listener. 1: another may have its name now. */
static int connect_to(struct unix_socket *socket, struct unix_socket *listener, uint64_t deadline)
{
	if (refuses(listener))
		return -ECONNREFUSED;
	if (unix_is_full(listener)) {
		int error = rr_socket_wait(&listener->room, !unix_is_full(listener) || refuses(listener), deadline);
		return error ? error : 1;
	}
	int error = check_state(socket);
	return error ? error : make_connection(socket, listener);
}

int unix_connect(struct rr_socket *base, const struct rr_socket_name *name, bool nonblocking)
{
	struct unix_socket *socket = unix_of(base), *listener;
	int error = unix_check_name(name);
	if (!error && rr_socket_has(base, RR_OPTION(SO_PASSCRED)))
		error = unix_autobind(socket);
	if (error)
		return error;
	uint64_t deadline = rr_socket_deadline(base->send_timeout, nonblocking);
	do {
		error = unix_find(name, base->type, &listener);
		if (error)
			return error;
		error = connect_to(socket, listener, deadline);
		unix_put(listener);
	} while (error > 0);
	return error;
}

int unix_pair(struct rr_socket *a, struct rr_socket *b)
{
	a->peer = b->peer = rr_socket_credentials(true);
	join(unix_of(a), unix_of(b));
	join(unix_of(b), unix_of(a));
	return 0;
}

int unix_listen(struct rr_socket *base, unsigned backlog)
{
	struct unix_socket *socket = unix_of(base);
	if (!socket->address || socket->state == UNIX_CONNECTED)
		return -EINVAL;
	bool more = backlog > socket->backlog;
	socket->backlog = backlog;
	socket->state = UNIX_LISTENING;
	base->listening = true;
	base->peer = rr_socket_credentials(true);
	if (more)
		rr_wake_all(&socket->room);
	return 0;
}

int unix_accept(struct rr_socket *base, bool nonblocking, struct rr_socket **out)
{
	struct unix_socket *listener = unix_of(base);
	if (listener->state != UNIX_LISTENING)
		return -EINVAL;
	uint64_t deadline = rr_socket_deadline(base->receive_timeout, nonblocking);
	while (rr_list_empty(&listener->queue)) {
		if (base->shut & RR_SHUT_RECEIVE && deadline)
			return -EINVAL;
		int error = rr_socket_wait(&base->can_receive, !rr_list_empty(&listener->queue) || base->shut & RR_SHUT_RECEIVE, deadline);
		if (error)
			return error;
	}
	struct unix_socket *connection = rr_list_entry(listener->queue.next, struct unix_socket, pending);
	rr_list_remove(&connection->pending);
	listener->queued--;
	unix_wake(&listener->room);
	connection->base.options |= base->options & RR_OPTION(SO_PASSCRED);
	*out = &connection->base;
	return 0;
}

int unix_shutdown(struct rr_socket *base, int how)
{
	struct unix_socket *socket = unix_of(base), *peer = socket->peer;
	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	unsigned mine = (unsigned)how + 1, its = (mine & RR_SHUT_RECEIVE ? RR_SHUT_SEND : 0) | (mine & RR_SHUT_SEND ? RR_SHUT_RECEIVE : 0);
	base->shut |= mine;
	rr_socket_wake(base);
	rr_wake_all(&socket->room);
	if (peer && base->type != SOCK_DGRAM) {
		peer->base.shut |= its;
		rr_socket_wake(&peer->base);
	}
	return 0;
}

/* The other end of a connection: there will be nothing more, and what was not read here is lost to it. */
static void leave_peer(struct unix_socket *socket, struct unix_socket *peer, bool reset)
{
	if (socket->base.type != SOCK_DGRAM) {
		peer->base.shut = RR_SHUT_BOTH;
		if (reset)
			peer->base.error = ECONNRESET;
		rr_socket_wake(&peer->base);
	}
	rr_waiter_remove(&socket->relay);
	unix_put(peer);
}

static void end(struct unix_socket *socket, bool never_accepted)
{
	enum unix_state state = socket->state;
	struct unix_socket *peer = socket->peer;
	socket->dead = true;
	socket->base.shut = RR_SHUT_BOTH;
	socket->state = UNIX_CLOSED;
	socket->base.listening = false;
	socket->peer = NULL;
	unix_unname(socket);
	rr_wake_all(&socket->room);
	if (peer)
		leave_peer(socket, peer, never_accepted || !rr_list_empty(&socket->queue));
	if (state != UNIX_LISTENING) {
		unix_purge(socket);
		return;
	}
	while (!rr_list_empty(&socket->queue)) {
		struct unix_socket *connection = rr_list_entry(socket->queue.next, struct unix_socket, pending);
		rr_list_remove(&connection->pending);
		socket->queued--;
		end(connection, true);
		unix_put(connection);
	}
}

void unix_close(struct rr_socket *base)
{
	end(unix_of(base), false);
	if (unix_sockets_in_flight)
		unix_collect();
}
