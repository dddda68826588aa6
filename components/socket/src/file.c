/* The open file of a socket. */
#include <rr/print.h>
#include <rr/socket.h>

long (*rr_socket_interface_ioctl)(int family, unsigned command, uint64_t argument);

unsigned (*rr_socket_interface_number)(const char *name);
const char *(*rr_socket_interface_name)(unsigned number);

static struct rr_socket *socket_of(const struct rr_file *file) { return file->data; }
static uint32_t flags_of(const struct rr_file *file) { return file->flags & O_NONBLOCK ? MSG_DONTWAIT : 0; }

static long read_socket(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	struct rr_socket *socket = socket_of(file);
	(void)position;
	if (!uio->remaining)
		return 0;
	struct rr_socket_message message;
	rr_socket_message_init(&message, uio, flags_of(file));
	return socket->ops->receive(socket, &message);
}

static long write_socket(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	struct rr_socket *socket = socket_of(file);
	(void)position;
	struct rr_socket_message message;
	rr_socket_message_init(&message, uio, flags_of(file) | (socket->type == SOCK_SEQPACKET ? MSG_EOR : 0));
	return socket->ops->send(socket, &message);
}

static unsigned poll_socket(struct rr_file *file, struct rr_poll_table *table)
{
	struct rr_socket *socket = socket_of(file);
	return socket->ops->poll(socket, table);
}

static long set_owner(struct rr_file *file, uint64_t argument)
{
	int owner;
	if (rr_get_user(owner, argument))
		return -EFAULT;
	file->owner = owner;
	return 0;
}

static long ioctl_socket(struct rr_file *file, unsigned command, uint64_t argument)
{
	struct rr_socket *socket = socket_of(file);
	switch (command) {
	case FIOSETOWN:
	case SIOCSPGRP:
		return set_owner(file, argument);
	case FIOGETOWN:
	case SIOCGPGRP:
		return rr_put_user(file->owner, argument);
	}
	long result = socket->ops->ioctl ? socket->ops->ioctl(socket, command, argument) : -ENOTTY;
	return result == -ENOTTY && rr_socket_interface_ioctl ? rr_socket_interface_ioctl(socket->family, command, argument) : result;
}

static size_t describe_socket(struct rr_file *file, char *to, size_t size)
{
	char text[32];
	rr_snprintf(text, sizeof(text), "socket:[%lu]", file->inode->number);
	return rr_file_describe_as(text, to, size);
}

static void release_socket(struct rr_file *file)
{
	struct rr_socket *socket = socket_of(file);
	socket->file = NULL;
	socket->ops->close(socket);
}

static const struct rr_file_ops socket_file_ops = {
	.read = read_socket,
	.write = write_socket,
	.poll = poll_socket,
	.ioctl = ioctl_socket,
	.describe = describe_socket,
	.release = release_socket,
};

int rr_socket_open(struct rr_socket *socket, uint32_t flags, struct rr_file **out)
{
	/* A failure would drop the reference of the inode before the socket is closed. */
	rr_socket_ref(socket);
	int error = rr_file_create(&socket_file_ops, &socket->inode, O_RDWR | (flags & O_NONBLOCK), socket, out);
	if (error) {
		rr_socket_abandon(socket);
		return error;
	}
	socket->file = *out;
	rr_socket_put(socket);
	return 0;
}

struct rr_socket *rr_socket_of(const struct rr_file *file) { return file->ops == &socket_file_ops ? file->data : NULL; }
