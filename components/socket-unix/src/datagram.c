/* Datagrams and SOCK_SEQPACKET: messages that stay what they are. */
#include "unix.h"

void unix_datagram_disconnected(struct unix_socket *socket, struct unix_socket *other)
{
	if (!unix_purge(socket))
		return;
	rr_wake_all(&socket->room);
	if (!other->dead && other->peer == socket)
		rr_socket_fail(&other->base, ECONNRESET);
}

static bool may_send(const struct unix_socket *socket, const struct unix_socket *other) { return !other->peer || other->peer == socket; }

/* Takes over a reference of `peer`; NULL: none any more. */
static void set_peer(struct unix_socket *socket, struct unix_socket *peer)
{
	struct unix_socket *old = socket->peer;
	rr_waiter_remove(&socket->relay);
	socket->peer = peer;
	if (!old)
		return;
	if (old != peer)
		unix_datagram_disconnected(socket, old);
	rr_wake_all(&socket->base.can_send);
	unix_put(old);
}

int unix_datagram_connect(struct rr_socket *base, const struct rr_socket_name *name, bool nonblocking)
{
	struct unix_socket *socket = unix_of(base), *other;
	(void)nonblocking;
	if (name->length < sizeof(name->address.family))
		return -EINVAL;
	if (name->address.family == AF_UNSPEC) {
		set_peer(socket, NULL);
		return 0;
	}
	int error = unix_check_name(name);
	if (!error && rr_socket_has(base, RR_OPTION(SO_PASSCRED)))
		error = unix_autobind(socket);
	if (!error)
		error = unix_find(name, base->type, &other);
	if (error)
		return error;
	if (!may_send(socket, other)) {
		unix_put(other);
		return -EPERM;
	}
	set_peer(socket, other);
	return 0;
}

/* Who gets the message, referenced. */
static int receiver(struct unix_socket *socket, const struct rr_socket_message *from, struct unix_socket **out)
{
	if (from->name && from->name->length)
		return unix_find(from->name, socket->base.type, out);
	*out = socket->peer;
	if (!*out)
		return -ENOTCONN;
	unix_ref(*out);
	return 0;
}

/* The receiver has been closed. 1: its name may be another's by now. */
static int receiver_is_dead(struct unix_socket *socket, struct unix_socket *other)
{
	if (socket->base.type == SOCK_SEQPACKET)
		return -EPIPE;
	if (socket->peer != other)
		return 1;
	set_peer(socket, NULL);
	return -ECONNREFUSED;
}

static bool must_wait(const struct unix_socket *socket, const struct unix_socket *other)
{
	return other != socket && other->peer != socket && unix_is_full(other);
}

/* Put the message into a receiver's queue. 0, -errno, 1: look for the receiver again. */
static int deliver(struct unix_socket *socket, struct unix_socket *other, struct unix_message *message, struct unix_extras *extras, uint64_t deadline)
{
	if (!may_send(socket, other))
		return -EPERM;
	if (other->dead)
		return receiver_is_dead(socket, other);
	if (other->base.shut & RR_SHUT_RECEIVE)
		return -EPIPE;
	if (must_wait(socket, other)) {
		int error = rr_socket_wait(&other->room, !must_wait(socket, other) || other->dead || other->base.shut & RR_SHUT_RECEIVE, deadline);
		return error ? error : 1;
	}
	unix_message_push(message, other, extras);
	return 0;
}

static int send_message(struct unix_socket *socket, struct rr_socket_message *from, struct unix_message *message, struct unix_extras *extras)
{
	uint64_t deadline = rr_socket_send_deadline(&socket->base, from->flags);
	int error;
	do {
		struct unix_socket *other;
		error = receiver(socket, from, &other);
		if (error)
			return error;
		error = deliver(socket, other, message, extras, deadline);
		unix_put(other);
	} while (error > 0);
	return error;
}

static int check_sending(struct unix_socket *socket, const struct rr_socket_message *from)
{
	if (from->flags & MSG_OOB)
		return -EOPNOTSUPP;
	int error = 0;
	if (from->name && from->name->length)
		error = unix_check_name(from->name);
	if (!error && rr_socket_has(&socket->base, RR_OPTION(SO_PASSCRED)))
		error = unix_autobind(socket);
	if (!error && from->uio->remaining > (size_t)socket->base.send_buffer - 32)
		error = -EMSGSIZE;
	return error;
}

static long send_whole(struct unix_socket *socket, struct rr_socket_message *from, struct unix_extras *extras)
{
	struct unix_message *message;
	uint32_t length = (uint32_t)from->uio->remaining;
	int error = check_sending(socket, from);
	if (!error)
		error = unix_message_create(socket, from, length, length, &message);
	if (error)
		return error;
	error = send_message(socket, from, message, extras);
	if (error)
		unix_message_put(message);
	return error ? error : (long)length;
}

long unix_datagram_send(struct rr_socket *base, struct rr_socket_message *from)
{
	struct unix_extras extras = UNIX_NO_EXTRAS;
	long result = from->control_length ? unix_extras_get(from, &extras) : 0;
	if (!result)
		result = send_whole(unix_of(base), from, &extras);
	unix_extras_drop(&extras);
	return result;
}

long unix_seqpacket_send(struct rr_socket *base, struct rr_socket_message *from)
{
	int error = rr_socket_take_error(base);
	if (error)
		return error;
	if (unix_of(base)->state != UNIX_CONNECTED)
		return -ENOTCONN;
	from->name = NULL; /* it has a peer, and that is who gets it */
	return unix_datagram_send(base, from);
}

/* The message the call is about; `skip` becomes where in it. NULL: none yet. */
static struct unix_message *find_message(struct unix_socket *socket, uint32_t flags, uint32_t *skip)
{
	*skip = flags & MSG_PEEK && socket->base.peek_offset > 0 ? (uint32_t)socket->base.peek_offset : 0;
	rr_list_for_each(node, &socket->queue) {
		struct unix_message *message = rr_list_entry(node, struct unix_message, link);
		if (*skip < message->length || !*skip)
			return message;
		*skip -= message->length;
	}
	return NULL;
}

/* Wait for a message. 0: *out is NULL at the end of what comes. */
static int wait_for_message(struct unix_socket *socket, uint32_t flags, struct unix_message **out, uint32_t *skip)
{
	struct rr_socket *base = &socket->base;
	uint64_t deadline = rr_socket_receive_deadline(base, flags);
	for (;;) {
		int error = rr_socket_take_error(base);
		*out = NULL;
		if (error || (*out = find_message(socket, flags, skip)))
			return error;
		if (base->shut & RR_SHUT_RECEIVE && (deadline || base->type == SOCK_SEQPACKET))
			return 0;
		uint32_t seen = socket->arrived;
		error = rr_socket_wait(&base->can_receive, socket->arrived != seen || base->error || base->shut & RR_SHUT_RECEIVE, deadline);
		if (error)
			return error;
	}
}

/* What came with a message that is given, or (peeking) shown. */
static void give_extras(struct unix_socket *socket, struct unix_message *message, struct rr_socket_message *to)
{
	struct unix_extras extras = { .credentials = message->credentials };
	if (socket->base.options & (RR_OPTION(SO_TIMESTAMP) | RR_OPTION(SO_TIMESTAMPNS)))
		rr_control_put_time(&socket->base, to, message->time ? message->time : rr_clock_realtime());
	if (message->rights && to->flags & MSG_PEEK) {
		extras.rights = unix_rights_copy(message->rights);
	} else if (message->rights) {
		unix_rights_land(message->rights);
		extras.rights = message->rights;
		message->rights = NULL;
	}
	unix_extras_give(socket, to, &extras);
}

static void move_peek_offset(struct rr_socket *base, uint32_t flags, uint32_t count, uint32_t length)
{
	if (flags & MSG_PEEK && base->peek_offset >= 0)
		base->peek_offset += (int)count;
	else if (!(flags & MSG_PEEK) && base->peek_offset > 0)
		base->peek_offset = rr_max(base->peek_offset - (int)length, 0);
}

long unix_datagram_receive(struct rr_socket *base, struct rr_socket_message *to)
{
	struct unix_socket *socket = unix_of(base);
	struct unix_message *message;
	uint32_t skip;
	if (to->flags & MSG_OOB)
		return -EOPNOTSUPP;
	long result = wait_for_message(socket, to->flags, &message, &skip);
	if (!message)
		return result;
	if (to->flags & MSG_PEEK)
		message->refs++;
	else
		unix_message_pull(message, socket);
	unix_wake(&socket->room);
	if (to->name)
		unix_copy_name(message->sender, to->name);
	uint32_t left = message->length - skip, count = (uint32_t)rr_min((size_t)left, to->uio->remaining);
	if (count < left)
		to->result_flags |= MSG_TRUNC;
	result = rr_uio_write(to->uio, message->data + skip, count);
	if (!result) {
		move_peek_offset(base, to->flags, count, message->length);
		give_extras(socket, message, to);
		result = to->flags & MSG_TRUNC ? left : count;
	}
	unix_message_put(message);
	return result;
}

long unix_seqpacket_receive(struct rr_socket *base, struct rr_socket_message *to)
{
	return unix_of(base)->state == UNIX_CONNECTED ? unix_datagram_receive(base, to) : -ENOTCONN;
}
