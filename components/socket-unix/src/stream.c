/* Streams: bytes in order, which keep to the pieces they were sent in only where descriptors or credentials are passed. */
#include "unix.h"

/* The largest piece a message holds, as on Linux; and what is tried when memory has become scarce: a page with its administration. */
#define MOST_PIECE 36544u
#define LEAST_PIECE (RR_PAGE_SIZE - sizeof(struct unix_message))

static uint32_t piece_size(const struct unix_socket *socket, size_t left)
{
	size_t most = rr_min(socket->base.send_buffer / 2 - 64, MOST_PIECE);
	return (uint32_t)rr_min(left, most);
}

static int check_sending(const struct unix_socket *socket, const struct rr_socket_message *from)
{
	if (from->flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (from->name && from->name->length)
		return socket->state == UNIX_CONNECTED ? -EISCONN : -EOPNOTSUPP;
	return socket->peer ? 0 : -ENOTCONN;
}

/* A sending call on its way. */
struct writing {
	struct unix_extras extras;
	size_t sent;
	bool gone; /* the peer takes nothing any more */
};

/* The peer is there as long as this socket is open. */
static int send_piece(struct unix_socket *socket, struct rr_socket_message *from, struct writing *writing)
{
	struct unix_message *message;
	int error = unix_message_create(socket, from, piece_size(socket, from->uio->remaining), LEAST_PIECE, &message);
	if (error)
		return error;
	struct unix_socket *peer = socket->peer;
	writing->gone = peer->dead || peer->base.shut & RR_SHUT_RECEIVE;
	if (writing->gone) {
		unix_message_put(message);
		return -EPIPE;
	}
	writing->sent += message->length;
	unix_message_push(message, peer, &writing->extras);
	return 0;
}

long unix_stream_send(struct rr_socket *base, struct rr_socket_message *from)
{
	struct unix_socket *socket = unix_of(base);
	struct writing writing = { .extras = UNIX_NO_EXTRAS };
	int error = from->control_length ? unix_extras_get(from, &writing.extras) : 0;
	if (error)
		return error;
	error = check_sending(socket, from);
	writing.gone = !error && base->shut & RR_SHUT_SEND;
	while (!error && !writing.gone && from->uio->remaining)
		error = send_piece(socket, from, &writing);
	unix_extras_drop(&writing.extras);
	if (writing.sent)
		return (long)writing.sent;
	return writing.gone ? rr_socket_broken(from) : error;
}

/* One receiving call on its way. */
struct reading {
	struct unix_socket *socket;
	struct rr_socket_message *to;
	struct unix_extras extras;
	bool credentials_known; /* of the first piece: pieces of others are left for the next call */
	size_t copied;
	size_t skip;            /* SO_PEEK_OFF: set by read_queue() */
};

static bool same_credentials(const struct rr_abi_ucred *a, const struct rr_abi_ucred *b)
{
	return a->pid == b->pid && a->uid == b->uid && a->gid == b->gid;
}

static bool is_from_another(struct reading *reading, const struct unix_message *message)
{
	if (reading->credentials_known)
		return !same_credentials(&reading->extras.credentials, &message->credentials);
	if (rr_socket_has(&reading->socket->base, RR_OPTION(SO_PASSCRED))) {
		reading->extras.credentials = message->credentials;
		reading->credentials_known = true;
	}
	return false;
}

/* The bytes have been taken. True: there may be more for this call. */
static bool take(struct reading *reading, struct unix_message *message, uint32_t count)
{
	struct rr_socket *base = &reading->socket->base;
	message->consumed = rr_min(message->consumed + count, message->length);
	if (base->peek_offset > 0)
		base->peek_offset = rr_max(base->peek_offset - (int)count, 0);
	if (message->rights) {
		unix_rights_land(message->rights);
		reading->extras.rights = message->rights;
		message->rights = NULL;
	}
	if (message->consumed < message->length)
		return false;
	if (!rr_list_empty(&message->link)) {
		unix_message_pull(message, reading->socket);
		unix_message_put(message);
	}
	return !reading->extras.rights;
}

/* The bytes have been looked at. True: the message behind may be looked at, too. */
static bool peek(struct reading *reading, struct unix_message *message, uint32_t count)
{
	struct rr_socket *base = &reading->socket->base;
	if (base->peek_offset >= 0)
		base->peek_offset += (int)count;
	reading->skip = 0;
	if (message->rights)
		reading->extras.rights = unix_rights_copy(message->rights);
	return !message->rights && !rr_list_empty(&message->link);
}

/* Read from one message. True: go on with the next one. */
static bool read_message(struct reading *reading, struct unix_message *message)
{
	struct rr_socket_message *to = reading->to;
	if (is_from_another(reading, message))
		return false;
	if (to->name && !to->name->length)
		unix_copy_name(message->sender, to->name);
	uint32_t from = message->consumed + (uint32_t)reading->skip;
	uint32_t count = (uint32_t)rr_min((size_t)(message->length - from), to->uio->remaining);
	bool more = false;
	message->refs++; /* a page that is brought in may take its time */
	if (!rr_uio_write(to->uio, message->data + from, count)) {
		reading->copied += count;
		more = to->flags & MSG_PEEK ? peek(reading, message, count) : take(reading, message, count);
	} else if (!reading->copied) {
		reading->copied = (size_t)-EFAULT;
	}
	unix_message_put(message);
	/* As on Linux, who looks sees descriptors behind the last byte there is room for. */
	return more && (to->uio->remaining || to->flags & MSG_PEEK);
}

/* The message with the next byte for this call, behind `at`; NULL: there is none yet. */
static struct unix_message *next_message(struct reading *reading, struct rr_list *at)
{
	struct rr_list *queue = &reading->socket->queue;
	for (at = at->next; at != queue; at = at->next) {
		struct unix_message *message = rr_list_entry(at, struct unix_message, link);
		if (reading->skip < message->length - message->consumed || !reading->skip)
			return message;
		reading->skip -= message->length - message->consumed;
	}
	return NULL;
}

/* Read what is there. True: the call has got what it gets, and need not wait for more. */
static bool read_queue(struct reading *reading)
{
	struct rr_list *at = &reading->socket->queue;
	struct unix_message *message;
	bool peeking = reading->to->flags & MSG_PEEK, any = false;
	int offset = reading->socket->base.peek_offset;
	reading->skip = peeking && offset > 0 ? (size_t)offset : 0;
	while ((message = next_message(reading, at))) {
		any = true;
		if (!read_message(reading, message))
			return true;
		if (peeking)
			at = &message->link;
	}
	return any && peeking;
}

static long read_stream(struct reading *reading, size_t target)
{
	struct rr_socket *base = &reading->socket->base;
	uint64_t deadline = rr_socket_receive_deadline(base, reading->to->flags);
	for (;;) {
		uint32_t seen = reading->socket->arrived;
		if (read_queue(reading) || reading->copied >= target)
			return 0;
		int error = rr_socket_take_error(base);
		if (error || base->shut & RR_SHUT_RECEIVE)
			return error;
		error = rr_socket_wait(&base->can_receive, reading->socket->arrived != seen || base->error || base->shut & RR_SHUT_RECEIVE, deadline);
		if (error)
			return error;
	}
}

static long read_anything(struct unix_socket *socket, struct rr_socket_message *to)
{
	struct reading reading;
	reading.socket = socket;
	reading.to = to;
	reading.extras = (struct unix_extras)UNIX_NO_EXTRAS;
	reading.credentials_known = false;
	reading.copied = 0;
	if (to->flags & MSG_OOB)
		return -EOPNOTSUPP;
	long error = read_stream(&reading, rr_socket_receive_target(&socket->base, to->flags, to->uio->remaining));
	unix_extras_give(socket, to, &reading.extras);
	return reading.copied ? (long)reading.copied : error;
}

/* Nothing but bytes is asked for, and the first message has all there is or all there is room for: what most calls meet. */
static bool is_plain(const struct unix_socket *socket, const struct rr_socket_message *to)
{
	const struct rr_list *queue = &socket->queue;
	if (rr_list_empty(queue) || to->flags & ~(MSG_DONTWAIT | MSG_NOSIGNAL) || to->name || rr_socket_has(&socket->base, RR_OPTION(SO_PASSCRED)))
		return false;
	const struct unix_message *message = rr_list_entry(queue->next, struct unix_message, link);
	return !message->rights && socket->base.peek_offset < 0 && socket->base.receive_least == 1 &&
	       (queue->next == queue->prev || message->length - message->consumed >= to->uio->remaining);
}

static long read_plain(struct unix_socket *socket, struct rr_uio *uio)
{
	struct unix_message *message = rr_list_entry(socket->queue.next, struct unix_message, link);
	uint32_t count = (uint32_t)rr_min((size_t)(message->length - message->consumed), uio->remaining);
	message->refs++; /* as in read_message() */
	int error = rr_uio_write(uio, message->data + message->consumed, count);
	if (!error)
		message->consumed = rr_min(message->consumed + count, message->length);
	if (message->consumed == message->length && !rr_list_empty(&message->link)) {
		unix_message_pull(message, socket);
		unix_message_put(message);
	}
	unix_message_put(message);
	return error ? error : (long)count;
}

/* Wait for the first bytes, so that the short way can be taken. 0: there is something, or the long way is to find out what there is not. */
static int wait_first(struct unix_socket *socket, const struct rr_socket_message *to)
{
	struct rr_socket *base = &socket->base;
	if (to->flags || base->receive_timeout != RR_FOREVER || base->error || base->shut & RR_SHUT_RECEIVE)
		return 0;
	return rr_wait_until(&base->can_receive, !rr_list_empty(&socket->queue) || base->error || base->shut & RR_SHUT_RECEIVE, RR_FOREVER, RR_INTERRUPTIBLE);
}

long unix_stream_receive(struct rr_socket *base, struct rr_socket_message *to)
{
	struct unix_socket *socket = unix_of(base);
	if (RR_UNLIKELY(socket->state != UNIX_CONNECTED))
		return -EINVAL;
	int error = rr_list_empty(&socket->queue) ? wait_first(socket, to) : 0;
	if (error)
		return error;
	return RR_LIKELY(is_plain(socket, to)) ? read_plain(socket, to->uio) : read_anything(socket, to);
}
