/* Stream sockets over TCP: tcp(7). */
#include <rr/abi/errno.h>
#include <rr/abi/poll.h>
#include <rr/heap.h>
#include <rr/socket-inet.h>
#include <rr/uaccess.h>
#include <rr/vfs.h>
#include "inet.h"

/* What was shut down before there was a connection stays so: TCP knows nothing of that. */
static void look(const struct inet_stream *stream, struct rr_tcp_view *view)
{
	rr_tcp_look(stream->tcp, view);
	if (view->state == RR_TCP_LISTEN)
		return;
	view->read_end |= (stream->base.shut & RR_SHUT_RECEIVE) != 0;
	view->write_end |= (stream->base.shut & RR_SHUT_SEND) != 0;
	view->readable |= view->read_end;
	view->writable |= view->write_end;
}

static void changed(struct rr_tcp_owner *owner, unsigned what)
{
	struct rr_socket *socket = &rr_container_of(owner, struct inet_stream, owner)->base;
	if (what & RR_TCP_URGENT && socket->file)
		rr_socket_signal_urgent(socket->file);
	if (what & RR_TCP_HANGUP) {
		rr_socket_wake(socket);
		return;
	}
	if (what & RR_TCP_IN)
		rr_wake_all(&socket->can_receive);
	if (what & RR_TCP_OUT)
		rr_wake_all(&socket->can_send);
}

const struct rr_socket *rr_inet_of_tcp(const struct rr_tcp_owner *owner)
{
	return owner && owner->changed == changed ? &rr_container_of(owner, const struct inet_stream, owner)->base : NULL;
}

static int bind(struct rr_socket *socket, const struct rr_socket_name *name)
{
	struct inet_address address;
	int error = inet_read_name(socket, name, false, &address);
	if (!error)
		error = inet_check_scope(&address);
	if (!error && rr_tcp_settings(inet_stream_of(socket)->tcp)->only_v6 && rr_ip_is_v4(&address.ip))
		error = -EINVAL;
	if (error)
		return error;
	return rr_tcp_bind(inet_stream_of(socket)->tcp, &address.ip, address.port);
}

static int listen(struct rr_socket *socket, unsigned backlog)
{
	int error = rr_tcp_listen(inet_stream_of(socket)->tcp, backlog);
	if (!error)
		socket->listening = true;
	return error;
}

static bool handshakes(const struct inet_stream *stream)
{
	struct rr_tcp_view view;
	look(stream, &view);
	return view.state == RR_TCP_SYN_SENT || view.state == RR_TCP_SYN_RECEIVED;
}

/* An unconnected socket again: connect(2) to AF_UNSPEC, or that has told why it failed. */
static void disconnect(struct inet_stream *stream)
{
	rr_tcp_disconnect(stream->tcp);
	stream->connecting = false;
	stream->base.shut = 0;
	stream->base.listening = false;
	rr_socket_wake(&stream->base);
}

static int begin(struct inet_stream *stream, const struct rr_socket_name *name)
{
	struct inet_address address;
	struct rr_tcp_view view;
	look(stream, &view);
	if (view.state != RR_TCP_CLOSED)
		return -EISCONN;
	int error = inet_read_name(&stream->base, name, false, &address);
	if (!error)
		error = inet_check_scope(&address);
	if (!error && rr_tcp_settings(stream->tcp)->only_v6 && rr_ip_is_v4(&address.ip))
		error = -ENETUNREACH;
	if (!error)
		error = rr_tcp_connect(stream->tcp, &address.ip, address.port);
	stream->connecting |= !error;
	return error;
}

static int connect(struct rr_socket *socket, const struct rr_socket_name *name, bool nonblocking)
{
	struct inet_stream *stream = inet_stream_of(socket);
	if (name->length >= sizeof(uint16_t) && name->address.family == AF_UNSPEC) {
		disconnect(stream);
		return 0;
	}
	bool again = handshakes(stream), begun = !again && !stream->connecting;
	int error = begun ? begin(stream, name) : 0;
	if (error)
		return error;
	if (begun && nonblocking) /* even when it is over already, as on the loopback interface */
		return -EINPROGRESS;
	if (handshakes(stream)) {
		if (nonblocking)
			return -EALREADY;
		uint64_t deadline = rr_socket_send_deadline(socket, 0);
		error = rr_socket_wait(&socket->can_send, !handshakes(stream), deadline);
		if (error)
			return error == -EAGAIN ? -EINPROGRESS : error;
	}
	struct rr_tcp_view view;
	look(stream, &view);
	if (view.state == RR_TCP_CLOSED) {
		error = rr_tcp_take_error(stream->tcp);
		disconnect(stream);
		return error ? -error : -ECONNABORTED; /* it failed, and why was asked for already */
	}
	if (!stream->connecting)
		return -EISCONN;
	stream->connecting = false;
	return 0;
}

static const struct rr_socket_ops ops;

static struct inet_stream *make(int family, struct rr_tcp *tcp)
{
	struct inet_stream *stream = rr_zalloc(1, sizeof(*stream));
	if (!stream)
		return NULL;
	rr_socket_init(&stream->base, &ops, family, SOCK_STREAM, IPPROTO_TCP);
	stream->owner.changed = changed;
	stream->tcp = tcp;
	return stream;
}

static int accept(struct rr_socket *socket, bool nonblocking, struct rr_socket **out)
{
	struct inet_stream *listener = inet_stream_of(socket);
	struct rr_tcp *tcp = NULL;
	if (!socket->listening)
		return -EINVAL;
	uint64_t deadline = nonblocking ? 0 : rr_socket_receive_deadline(socket, 0);
	if (!(tcp = rr_tcp_accept(listener->tcp))) {
		int error = rr_socket_wait(&socket->can_receive, (tcp = rr_tcp_accept(listener->tcp)) || !socket->listening, deadline);
		if (error || !tcp)
			return error ? error : -EINVAL;
	}
	struct inet_stream *stream = make(socket->family, tcp);
	if (!stream) {
		rr_tcp_release(tcp, true);
		return -ENOMEM;
	}
	rr_tcp_set_owner(tcp, &stream->owner);
	stream->base.options = socket->options;
	stream->base.send_buffer = socket->send_buffer;
	stream->base.receive_buffer = socket->receive_buffer;
	stream->base.linger = socket->linger;
	stream->base.device = socket->device;
	stream->base.receive_least = socket->receive_least;
	stream->base.receive_timeout = socket->receive_timeout;
	stream->base.send_timeout = socket->send_timeout;
	stream->base.priority = socket->priority;
	stream->base.mark = socket->mark;
	stream->kept = listener->kept;
	*out = &stream->base;
	return 0;
}

static int get_name(struct rr_socket *socket, enum rr_socket_whose whose, struct rr_socket_name *out)
{
	struct rr_tcp_view view;
	look(inet_stream_of(socket), &view);
	bool peer = whose != RR_NAME_OWN, connected = view.state != RR_TCP_CLOSED && view.state != RR_TCP_LISTEN && view.state != RR_TCP_SYN_SENT;
	if (whose == RR_NAME_PEER && !connected)
		return -ENOTCONN;
	struct inet_address address = peer ? (struct inet_address){ view.remote, view.remote_port, 0 } : (struct inet_address){ view.local, view.local_port, 0 };
	inet_write_name(socket, &address, out);
	return 0;
}

static int shut_down(struct rr_socket *socket, int how)
{
	struct inet_stream *stream = inet_stream_of(socket);
	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	struct rr_tcp_view view;
	look(stream, &view);
	int error = rr_tcp_shutdown(stream->tcp, how != SHUT_WR, how != SHUT_RD);
	if (view.state == RR_TCP_SYN_SENT || view.state == RR_TCP_LISTEN) {
		if (view.state == RR_TCP_SYN_SENT || how != SHUT_WR) { /* it is unconnected again */
			stream->connecting = socket->listening = false;
			socket->shut = 0;
		}
	} else {
		/* as Linux also when it is not connected, which is told all the same */
		socket->shut |= how == SHUT_RD ? RR_SHUT_RECEIVE : how == SHUT_WR ? RR_SHUT_SEND : RR_SHUT_BOTH;
		stream->connecting &= view.state == RR_TCP_CLOSED;
	}
	rr_socket_wake(socket);
	return error;
}

/* Also when it has been disconnected meanwhile. */
static bool is_writable(const struct inet_stream *stream)
{
	struct rr_tcp_view view;
	look(stream, &view);
	return view.writable || view.state == RR_TCP_CLOSED;
}

static bool is_readable(const struct inet_stream *stream)
{
	struct rr_tcp_view view;
	look(stream, &view);
	return view.readable || view.state == RR_TCP_CLOSED;
}

/* An error that comes when something was done already waits for the next call. */
static bool has_failed(const struct inet_stream *stream)
{
	struct rr_tcp_view view;
	look(stream, &view);
	return view.error;
}

/* Are there so many bytes, or will there be no more before others have been read? */
static bool has_arrived(const struct inet_stream *stream, long count)
{
	struct rr_tcp_view view;
	look(stream, &view);
	return view.ready_in >= (unsigned long)count || view.read_end || view.error || view.urgent || view.state == RR_TCP_CLOSED;
}

static long write_some(const struct inet_stream *stream, struct rr_socket_message *message)
{
	if (RR_UNLIKELY(stream->base.shut & RR_SHUT_SEND)) {
		int error = rr_tcp_take_error(stream->tcp);
		return error ? -error : -EPIPE;
	}
	return rr_tcp_write(stream->tcp, message->uio, message->flags & (MSG_MORE | MSG_OOB));
}

static long send(struct rr_socket *socket, struct rr_socket_message *message)
{
	struct inet_stream *stream = inet_stream_of(socket);
	uint64_t deadline = rr_socket_send_deadline(socket, message->flags);
	long sent = 0, n = 0;
	while (message->uio->remaining || !sent) {
		n = write_some(stream, message);
		if (n >= 0)
			sent += n;
		if (n != -EAGAIN && (n < 0 || !message->uio->remaining))
			break;
		n = rr_socket_wait(&socket->can_send, is_writable(stream), deadline);
		if (n || (sent && has_failed(stream)))
			break;
	}
	if (sent && message->flags & MSG_OOB)
		rr_tcp_mark_urgent(stream->tcp);
	if (sent || n >= 0)
		return sent;
	return n == -EPIPE ? rr_socket_broken(message) : n;
}

/* MSG_OOB: tcp(7). */
static long receive_urgent(struct inet_stream *stream, struct rr_socket_message *message)
{
	uint8_t byte;
	long n = rr_tcp_read_urgent(stream->tcp, &byte, message->flags & MSG_PEEK);
	if (n <= 0)
		return n;
	message->result_flags |= MSG_OOB;
	if (!message->uio->remaining) {
		message->result_flags |= MSG_TRUNC;
		return 0;
	}
	return !(message->flags & MSG_TRUNC) && rr_uio_write(message->uio, &byte, 1) ? -EFAULT : 1;
}

static long receive(struct rr_socket *socket, struct rr_socket_message *message)
{
	struct inet_stream *stream = inet_stream_of(socket);
	uint64_t deadline = rr_socket_receive_deadline(socket, message->flags);
	bool peek = message->flags & MSG_PEEK, drop = message->flags & MSG_TRUNC;
	long target = (long)rr_socket_receive_target(socket, message->flags, message->uio->remaining), received = 0, n = 0;
	if (message->flags & MSG_ERRQUEUE)
		return -EAGAIN;
	if (socket->listening)
		return -ENOTCONN;
	if (message->flags & MSG_OOB)
		return receive_urgent(stream, message);
	if (peek && target > 1 && deadline && is_readable(stream)) /* what is looked at stays, so all of it has to be there */
		rr_socket_wait(&socket->can_receive, has_arrived(stream, target), deadline);
	for (;;) {
		n = rr_tcp_read(stream->tcp, message->uio, peek, drop);
		if (n > 0)
			received += n;
		if ((n == -EAGAIN || n == -ENOTCONN) && socket->shut & RR_SHUT_RECEIVE)
			n = 0;
		if (!n || (n < 0 && n != -EAGAIN) || received >= target || !message->uio->remaining || (peek && received) ||
		    (received && rr_tcp_is_at_mark(stream->tcp)))
			break;
		n = rr_socket_wait(&socket->can_receive, peek ? has_arrived(stream, target) : is_readable(stream), deadline);
		if (n || (received && has_failed(stream)))
			break;
	}
	return received ? received : n;
}

static unsigned poll(struct rr_socket *socket, struct rr_poll_table *table)
{
	struct rr_tcp_view view;
	unsigned ready = 0;
	/* Readers are not woken for what writers wait for, which comes with each acknowledgement: who waits for edges would be told twice. */
	bool writes = table && table->events & (POLLOUT | POLLWRNORM | POLLWRBAND);
	if (writes)
		table->add(table, &socket->can_send);
	if (table && (!writes || table->events & (POLLIN | POLLPRI | POLLRDNORM | POLLRDBAND | POLLMSG | POLLRDHUP)))
		table->add(table, &socket->can_receive);
	look(inet_stream_of(socket), &view);
	if (view.state == RR_TCP_LISTEN)
		return view.readable ? POLLIN | POLLRDNORM : 0;
	if (view.state == RR_TCP_CLOSED || (view.read_end && view.write_end))
		ready |= POLLHUP;
	if (view.read_end)
		ready |= POLLRDHUP;
	if (view.state != RR_TCP_SYN_SENT && view.state != RR_TCP_SYN_RECEIVED) {
		/* urgent data that is next is passed over */
		bool passed = RR_UNLIKELY(view.at_mark) && !rr_socket_has(socket, RR_OPTION(SO_OOBINLINE));
		if (view.urgent)
			ready |= POLLPRI;
		if (view.read_end || view.ready_in >= (uint32_t)rr_max(socket->receive_least, 1) + passed)
			ready |= POLLIN | POLLRDNORM;
		if (view.writable || view.state == RR_TCP_CLOSED)
			ready |= POLLOUT | POLLWRNORM;
	}
	if (view.error || socket->error)
		ready |= POLLERR;
	return ready;
}

static long ioctl(struct rr_socket *socket, unsigned command, uint64_t argument)
{
	struct rr_tcp_view view;
	int32_t value;
	look(inet_stream_of(socket), &view);
	switch (command) {
	case SIOCINQ:
		if (view.state == RR_TCP_LISTEN)
			return -EINVAL;
		value = (int32_t)view.queued_in;
		break;
	case SIOCOUTQ:
		if (view.state == RR_TCP_LISTEN)
			return -EINVAL;
		value = (int32_t)view.unacknowledged;
		break;
	case SIOCATMARK:
		value = view.at_mark;
		break;
	default:
		return -ENOTTY;
	}
	return rr_put_user(value, argument);
}

static int take_error(struct rr_socket *socket) { return rr_tcp_take_error(inet_stream_of(socket)->tcp); }

static bool is_sent(const struct inet_stream *stream)
{
	struct rr_tcp_view view;
	look(stream, &view);
	return view.state == RR_TCP_CLOSED || view.state == RR_TCP_FIN_WAIT_2 || view.state == RR_TCP_LISTEN || view.state == RR_TCP_SYN_SENT;
}

/* SO_LINGER: close(2) waits until all has been acknowledged, or resets. */
static void close(struct rr_socket *socket)
{
	struct inet_stream *stream = inet_stream_of(socket);
	bool abort = socket->linger.on && !socket->linger.seconds;
	if (socket->linger.on && socket->linger.seconds > 0 && !is_sent(stream) && !rr_tcp_shutdown(stream->tcp, false, true))
		rr_wait_until(&socket->can_send, is_sent(stream), rr_clock_monotonic() + (uint64_t)socket->linger.seconds * RR_NSEC_PER_SEC, RR_INTERRUPTIBLE);
	rr_tcp_release(stream->tcp, abort);
	stream->tcp = NULL;
}

static void destroy(struct rr_socket *socket)
{
	struct inet_stream *stream = inet_stream_of(socket);
	if (stream->tcp)
		rr_tcp_release(stream->tcp, true);
	rr_free(stream);
}

static const struct rr_socket_ops ops = {
	.bind = bind, .connect = connect, .listen = listen, .accept = accept, .get_name = get_name, .shutdown = shut_down, .send = send, .receive = receive,
	.poll = poll, .ioctl = ioctl, .take_error = take_error, .set_option = inet_stream_set_option, .get_option = inet_stream_get_option,
	.option_changed = inet_stream_option_changed, .close = close, .free = destroy,
};

int inet_stream_create(int family, int type, int protocol, struct rr_socket **out)
{
	if (type != SOCK_STREAM)
		return -ESOCKTNOSUPPORT;
	if (protocol && protocol != IPPROTO_TCP)
		return -EPROTONOSUPPORT;
	struct rr_tcp *tcp = rr_tcp_create(family == AF_INET6, NULL);
	struct inet_stream *stream = tcp ? make(family, tcp) : NULL;
	if (!stream) {
		if (tcp)
			rr_tcp_release(tcp, true);
		return -ENOMEM;
	}
	rr_tcp_set_owner(tcp, &stream->owner);
	/* what Linux shows; the data held is as TCP finds it good until a program sets it */
	stream->base.send_buffer = 16384;
	stream->base.receive_buffer = 131072;
	*out = &stream->base;
	return 0;
}
