/* sendto(2), sendmsg(2), sendmmsg(2). */
#include "sys-socket.h"

long rr_sys_sendto(int fd, uint64_t buffer, size_t length, uint32_t flags, uint64_t address, int address_length);
long rr_sys_sendmsg(int fd, uint64_t address, uint32_t flags);
long rr_sys_sendmmsg(int fd, uint64_t address, unsigned count, uint32_t flags);

static long send_to(struct rr_file *file, struct rr_socket *socket, struct rr_uio *uio, uint32_t flags, uint64_t address, int address_length)
{
	struct rr_socket_message message;
	rr_socket_message_init(&message, uio, sys_socket_flags(file, flags));
	if (RR_LIKELY(!address))
		return socket->ops->send(socket, &message);
	struct rr_socket_name name;
	int error = sys_name_get(&name, address, address_length);
	message.name = &name;
	return error ? error : socket->ops->send(socket, &message);
}

long rr_sys_sendto(int fd, uint64_t buffer, size_t length, uint32_t flags, uint64_t address, int address_length)
{
	struct rr_file *file;
	struct rr_socket *socket;
	struct rr_iovec space = { .base = buffer, .length = rr_min(length, MOST_BYTES) };
	struct rr_uio uio = { .vectors = &space, .count = 1, .remaining = space.length };
	if (buffer > RR_VM_MAX || space.length > RR_VM_MAX - buffer)
		return -EFAULT;
	int error = sys_socket_get(fd, &file, &socket);
	if (error)
		return error;
	long result = send_to(file, socket, &uio, flags, address, address_length);
	rr_file_put(file);
	return result;
}

long sys_socket_send(struct rr_file *file, struct rr_socket *socket, uint64_t address, uint32_t flags)
{
	struct sys_message message;
	int error = sys_message_get(&message, address, true);
	if (error)
		return error;
	message.message.flags = sys_socket_flags(file, flags);
	long result = socket->ops->send(socket, &message.message);
	sys_message_put(&message);
	return result;
}

long rr_sys_sendmsg(int fd, uint64_t address, uint32_t flags)
{
	struct rr_file *file;
	struct rr_socket *socket;
	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	int error = sys_socket_get(fd, &file, &socket);
	if (error)
		return error;
	long result = sys_socket_send(file, socket, address, flags);
	rr_file_put(file);
	return result;
}

/* One of several messages: 0 or -errno. */
static int send_one(struct rr_file *file, struct rr_socket *socket, uint64_t address, uint32_t flags)
{
	long result = sys_socket_send(file, socket, address, flags);
	if (result < 0)
		return (int)result;
	uint32_t length = (uint32_t)result;
	return rr_put_user(length, address + offsetof(struct rr_abi_mmsghdr, length));
}

/* An error is told only when nothing was sent; the next call meets it again. */
long rr_sys_sendmmsg(int fd, uint64_t address, unsigned count, uint32_t flags)
{
	struct rr_file *file;
	struct rr_socket *socket;
	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	int error = sys_socket_get(fd, &file, &socket);
	if (error)
		return error;
	unsigned done = 0;
	count = rr_min(count, (unsigned)UIO_MAXIOV);
	while (done < count && !(error = send_one(file, socket, address + done * sizeof(struct rr_abi_mmsghdr), flags)))
		done++;
	rr_file_put(file);
	return done ? (long)done : error;
}
