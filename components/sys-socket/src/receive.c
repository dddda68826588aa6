/* recvfrom(2), recvmsg(2), recvmmsg(2). */
#include <rr/deadline.h>
#include <rr/timespec.h>
#include "sys-socket.h"

long rr_sys_recvfrom(int fd, uint64_t buffer, size_t length, uint32_t flags, uint64_t address, uint64_t length_address);
long rr_sys_recvmsg(int fd, uint64_t address, uint32_t flags);
long rr_sys_recvmmsg(int fd, uint64_t address, unsigned count, uint32_t flags, uint64_t timeout);

static long receive_from(const struct sys_socket *used, struct rr_uio *uio, uint32_t flags, uint64_t address, uint64_t length_address)
{
	struct rr_socket_message message;
	rr_socket_message_init(&message, uio, sys_socket_flags(used->file, flags));
	if (RR_LIKELY(!address))
		return used->socket->ops->receive(used->socket, &message);
	struct rr_socket_name name;
	name.length = 0;
	message.name = &name;
	long result = used->socket->ops->receive(used->socket, &message);
	int error = result < 0 ? 0 : sys_name_give(&name, address, length_address);
	return error ? error : result;
}

long rr_sys_recvfrom(int fd, uint64_t buffer, size_t length, uint32_t flags, uint64_t address, uint64_t length_address)
{
	struct rr_iovec space;
	struct rr_uio uio;
	int error = sys_buffer(&uio, &space, buffer, length);
	if (error)
		return error;
	SYS_SOCKET(used, fd);
	return used.error ? used.error : receive_from(&used, &uio, flags, address, length_address);
}

/* Tell the program, in its struct msghdr, what it received besides bytes. */
static int give_header(const struct sys_message *message, uint64_t address)
{
	const struct rr_socket_message *received = &message->message;
	uint32_t flags = received->result_flags | (received->flags & MSG_CMSG_CLOEXEC);
	uint64_t control_length = message->header.controllen - received->control_room;
	int error = 0;
	if (message->header.name)
		error = sys_name_give(&message->name, message->header.name, address + offsetof(struct rr_abi_msghdr, namelen));
	if (!error)
		error = rr_put_user(flags, address + offsetof(struct rr_abi_msghdr, flags));
	return error ? error : rr_put_user(control_length, address + offsetof(struct rr_abi_msghdr, controllen));
}

long sys_socket_receive(const struct sys_socket *used, uint64_t address, uint32_t flags, uint32_t *result_flags)
{
	struct sys_message message;
	int error = sys_message_get(&message, address, false);
	if (error)
		return error;
	message.message.flags = sys_socket_flags(used->file, flags);
	long result = used->socket->ops->receive(used->socket, &message.message);
	if (result >= 0) {
		error = give_header(&message, address);
		if (error)
			result = error;
	}
	if (result_flags)
		*result_flags = message.message.result_flags;
	sys_message_put(&message);
	return result;
}

long rr_sys_recvmsg(int fd, uint64_t address, uint32_t flags)
{
	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	SYS_SOCKET(used, fd);
	return used.error ? used.error : sys_socket_receive(&used, address, flags, NULL);
}

/* One of several messages: 0 or -errno; 1: one with urgent data, the last. */
static int receive_one(const struct sys_socket *used, uint64_t address, uint32_t flags)
{
	uint32_t result_flags;
	long result = sys_socket_receive(used, address, flags & ~MSG_WAITFORONE, &result_flags);
	if (result < 0)
		return (int)result;
	uint32_t length = (uint32_t)result;
	if (rr_put_user(length, address + offsetof(struct rr_abi_mmsghdr, length)))
		return -EFAULT;
	return result_flags & MSG_OOB ? 1 : 0;
}

/* How many; the deadline is looked at only between messages, as on Linux. An error behind the first message waits for the next call. */
static long receive_several(const struct sys_socket *used, uint64_t address, unsigned count, uint32_t flags, uint64_t deadline)
{
	unsigned done = 0;
	int error = rr_socket_take_error(used->socket);
	while (!error && done < count) {
		error = receive_one(used, address + done * sizeof(struct rr_abi_mmsghdr), flags);
		done += error >= 0;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (deadline != RR_FOREVER && !rr_deadline_left(deadline))
			break;
	}
	if (done && error < 0 && error != -EAGAIN && error > -RR_ERESTARTSYS)
		used->socket->error = -error;
	return done ? (long)done : error;
}

long rr_sys_recvmmsg(int fd, uint64_t address, unsigned count, uint32_t flags, uint64_t timeout)
{
	struct rr_abi_timespec time;
	uint64_t deadline = RR_FOREVER;
	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	if (timeout && rr_get_user(time, timeout))
		return -EFAULT;
	if (timeout && !rr_deadline_after(time.sec, time.nsec, &deadline))
		return -EINVAL;
	SYS_SOCKET(used, fd);
	if (used.error)
		return used.error;
	long result = receive_several(&used, address, count, flags, deadline);
	if (result <= 0 || !timeout)
		return result;
	time = rr_timespec_of(rr_deadline_left(deadline));
	return rr_put_user(time, timeout) ? -EFAULT : result;
}
