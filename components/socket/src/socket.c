/* Sockets: families, their beginning and end, waiting. */
#include <rr/abi/signal.h>
#include <rr/deadline.h>
#include <rr/socket.h>

/* SO_SNDBUF and SO_RCVBUF at first: net.core.wmem_default, rmem_default. */
#define DEFAULT_BUFFER 212992

static struct rr_socket_family *families;

void rr_socket_register(struct rr_socket_family *family)
{
	family->next = families;
	families = family;
}

int rr_socket_create(int number, int type, int protocol, struct rr_socket **out)
{
	if (number < 0 || number >= AF_COUNT)
		return -EAFNOSUPPORT;
	if (type >= SOCK_COUNT)
		return -EINVAL;
	for (struct rr_socket_family *family = families; family; family = family->next)
		if (family->number == number)
			return family->create(type, protocol, out);
	return -EAFNOSUPPORT;
}

static void evict(struct rr_inode *inode)
{
	struct rr_socket *socket = rr_container_of(inode, struct rr_socket, inode);
	socket->ops->free(socket);
}

static const struct rr_inode_ops inode_ops = { .evict = evict };

/* Like all of Linux's sockets it has no times: they are never asked for. */
void rr_socket_init(struct rr_socket *socket, const struct rr_socket_ops *ops, int family, int type, int protocol)
{
	socket->inode.ops = &inode_ops;
	socket->inode.mode = S_IFSOCK | 0777;
	socket->inode.refs = socket->inode.nlink = 1;
	socket->inode.number = rr_inode_next_number();
	socket->ops = ops;
	socket->family = (uint16_t)family;
	socket->type = (uint16_t)type;
	socket->protocol = (uint16_t)protocol;
	socket->peek_offset = -1;
	socket->most_rate = UINT32_MAX;
	socket->send_buffer = socket->receive_buffer = DEFAULT_BUFFER;
	socket->receive_least = 1;
	socket->receive_timeout = socket->send_timeout = RR_FOREVER;
	socket->peer = (struct rr_abi_ucred){ .pid = 0, .uid = ~0u, .gid = ~0u };
	rr_waitqueue_init(&socket->can_receive);
	rr_waitqueue_init(&socket->can_send);
}

void rr_socket_abandon(struct rr_socket *socket)
{
	socket->ops->close(socket);
	rr_socket_put(socket);
}

void rr_socket_wake(struct rr_socket *socket)
{
	rr_wake_all(&socket->can_receive);
	rr_wake_all(&socket->can_send);
}

void rr_socket_fail(struct rr_socket *socket, int error)
{
	socket->error = error;
	rr_socket_wake(socket);
}

long rr_socket_broken(const struct rr_socket_message *message)
{
	if (!(message->flags & MSG_NOSIGNAL) && rr_vfs_raise)
		rr_vfs_raise(SIGPIPE);
	return -EPIPE;
}

uint64_t rr_socket_deadline(uint64_t timeout, bool nonblocking)
{
	if (nonblocking || !timeout)
		return 0;
	return timeout == RR_FOREVER ? RR_FOREVER : rr_clock_monotonic() + timeout;
}

int rr_socket_wait_error(int error, uint64_t deadline)
{
	if (error == -ETIMEDOUT)
		return -EAGAIN;
	return error && deadline != RR_FOREVER ? -EINTR : error;
}

size_t rr_socket_receive_target(const struct rr_socket *socket, uint32_t flags, size_t length)
{
	size_t target = flags & MSG_WAITALL ? length : rr_min((size_t)socket->receive_least, length);
	return target ? target : 1;
}
