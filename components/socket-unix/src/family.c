/* The family: its types of sockets, their beginning and end. */
#include <rr/heap.h>
#include <rr/socket-unix.h>
#include "unix.h"

/* Datagrams that wait in a queue: net.unix.max_dgram_qlen. */
#define MOST_DATAGRAMS 10

void rr_socket_unix_init(void);

static struct rr_list all = RR_LIST_INIT(all);

static void free_socket(struct rr_socket *socket)
{
	struct unix_address *address = unix_of(socket)->address;
	if (address && !--address->refs)
		rr_free(address);
	rr_list_remove(&unix_of(socket)->all_link);
	rr_free(unix_of(socket)->spare);
	rr_free(unix_of(socket));
}

#define COMMON                                                                                                \
	.bind = unix_bind, .pair = unix_pair, .get_name = unix_get_name, .shutdown = unix_shutdown, .ioctl = unix_ioctl, .close = unix_close, \
	.free = free_socket, .passes_files = true

const struct rr_socket_ops unix_stream_ops = {
	COMMON, .connect = unix_connect, .listen = unix_listen, .accept = unix_accept,
	.send = unix_stream_send, .receive = unix_stream_receive, .poll = unix_stream_poll,
};
const struct rr_socket_ops unix_datagram_ops = {
	COMMON, .connect = unix_datagram_connect,
	.send = unix_datagram_send, .receive = unix_datagram_receive, .poll = unix_datagram_poll,
};
const struct rr_socket_ops unix_seqpacket_ops = {
	COMMON, .connect = unix_connect, .listen = unix_listen, .accept = unix_accept,
	.send = unix_seqpacket_send, .receive = unix_seqpacket_receive, .poll = unix_datagram_poll,
};

int unix_create(const struct rr_socket_ops *ops, int type, struct unix_socket **out)
{
	struct unix_socket *socket = rr_zalloc(1, sizeof(*socket));
	if (!socket)
		return -ENOMEM;
	rr_socket_init(&socket->base, ops, AF_UNIX, type, 0);
	rr_list_push_back(&all, &socket->all_link);
	rr_list_init(&socket->queue);
	rr_list_init(&socket->pending);
	rr_list_init(&socket->relay.link);
	rr_list_init(&socket->flight_link);
	rr_waitqueue_init(&socket->room);
	socket->backlog = MOST_DATAGRAMS;
	*out = socket;
	return 0;
}

static int create(int type, int protocol, struct rr_socket **out)
{
	const struct rr_socket_ops *ops;
	if (protocol && protocol != AF_UNIX)
		return -EPROTONOSUPPORT;
	switch (type) {
	case SOCK_STREAM:
		ops = &unix_stream_ops;
		break;
	case SOCK_RAW: /* BSD has it, and means datagrams */
		type = SOCK_DGRAM;
		/* fall through */
	case SOCK_DGRAM:
		ops = &unix_datagram_ops;
		break;
	case SOCK_SEQPACKET:
		ops = &unix_seqpacket_ops;
		break;
	default:
		return -ESOCKTNOSUPPORT;
	}
	struct unix_socket *socket;
	int error = unix_create(ops, type, &socket);
	if (!error)
		*out = &socket->base;
	return error;
}

void rr_unix_each(void (*each)(void *argument, const struct rr_unix_entry *entry), void *argument)
{
	rr_list_for_each(node, &all) {
		const struct unix_socket *socket = rr_list_entry(node, const struct unix_socket, all_link);
		const struct unix_address *address = socket->address;
		struct rr_unix_entry entry = { .socket = &socket->base, .connected = socket->state == UNIX_CONNECTED };
		if (address) {
			entry.path = address->path;
			entry.path_length = address->length - UNIX_NAME_START;
		}
		each(argument, &entry);
	}
}

void rr_socket_unix_init(void)
{
	static struct rr_socket_family family = { .number = AF_UNIX, .create = create };
	rr_socket_register(&family);
}
