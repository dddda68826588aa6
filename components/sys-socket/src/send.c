/* sendto(2), sendmsg(2), sendmmsg(2). */
#include "sys-socket.h"

long rr_sys_sendto(int fd, uint64_t buffer, size_t length, uint32_t flags, uint64_t address, int address_length);
long rr_sys_sendmsg(int fd, uint64_t address, uint32_t flags);
long rr_sys_sendmmsg(int fd, uint64_t address, unsigned count, uint32_t flags);

static long send_to(const struct sys_socket *used, struct rr_uio *uio, uint32_t flags, uint64_t address, int address_length)
{
	struct rr_socket_message message;
	rr_socket_message_init(&message, uio, sys_socket_flags(used->file, flags));
	if (RR_LIKELY(!address))
		return used->socket->ops->send(used->socket, &message);
	struct rr_socket_name name;
	int error = sys_name_get(&name, address, address_length);
	message.name = &name;
	return error ? error : used->socket->ops->send(used->socket, &message);
}

long rr_sys_sendto(int fd, uint64_t buffer, size_t length, uint32_t flags, uint64_t address, int address_length)
{
	struct rr_iovec space;
	struct rr_uio uio;
	int error = sys_buffer(&uio, &space, buffer, length);
	if (error)
		return error;
	SYS_SOCKET(used, fd);
	return used.error ? used.error : send_to(&used, &uio, flags, address, address_length);
}

long sys_socket_send(const struct sys_socket *used, uint64_t address, uint32_t flags)
{
	struct sys_message message;
	int error = sys_message_get(&message, address, true);
	if (error)
		return error;
	message.message.flags = sys_socket_flags(used->file, flags);
	long result = used->socket->ops->send(used->socket, &message.message);
	sys_message_put(&message);
	return result;
}

long rr_sys_sendmsg(int fd, uint64_t address, uint32_t flags)
{
	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	SYS_SOCKET(used, fd);
	return used.error ? used.error : sys_socket_send(&used, address, flags);
}

/* One of several messages: 0 or -errno. */
static int send_one(const struct sys_socket *used, uint64_t address, uint32_t flags)
{
	long result = sys_socket_send(used, address, flags);
	if (result < 0)
		return (int)result;
	uint32_t length = (uint32_t)result;
	return rr_put_user(length, address + offsetof(struct rr_abi_mmsghdr, length));
}

/* An error is told only when nothing was sent; the next call meets it again. */
long rr_sys_sendmmsg(int fd, uint64_t address, unsigned count, uint32_t flags)
{
	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	SYS_SOCKET(used, fd);
	unsigned done = 0;
	int error = used.error;
	count = rr_min(count, (unsigned)UIO_MAXIOV);
	while (!error && done < count && !(error = send_one(&used, address + done * sizeof(struct rr_abi_mmsghdr), flags)))
		done++;
	return done ? (long)done : error;
}
