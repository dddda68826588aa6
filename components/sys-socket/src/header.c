/* struct msghdr of sendmsg(2) and recvmsg(2). */
#include <rr/heap.h>
#include "sys-socket.h"

#define MOST_CONTROL 20480u /* net.core.optmem_max of Linux 6.1 */

static int get_vectors(struct sys_message *message)
{
	size_t count = message->header.iovlen, total = 0;
	if (count > UIO_MAXIOV)
		return -EMSGSIZE;
	if (count > FEW_VECTORS && !(message->vectors = rr_alloc(count * sizeof(struct rr_iovec))))
		return -ENOMEM;
	if (rr_copy_from_user(message->vectors, message->header.iov, count * sizeof(struct rr_iovec)))
		return -EFAULT;
	for (size_t i = 0; i < count; i++) {
		if ((int64_t)message->vectors[i].length < 0)
			return -EINVAL;
		total = rr_min(total + message->vectors[i].length, MOST_BYTES);
	}
	message->uio = (struct rr_uio){ .vectors = message->vectors, .count = (unsigned)count, .remaining = total };
	return 0;
}

/* A name without length is none. */
static int get_name(struct sys_message *message, bool sending)
{
	struct rr_abi_msghdr *header = &message->header;
	int length = header->name ? header->namelen : 0;
	if (length < 0)
		return -EINVAL;
	message->name.length = 0;
	if (!length)
		return 0;
	message->message.name = &message->name;
	return sending ? sys_name_get(&message->name, header->name, rr_min(length, (int)sizeof(struct rr_abi_sockaddr))) : 0;
}

static int get_control(struct sys_message *message)
{
	uint64_t length = message->header.controllen;
	if (!length)
		return 0;
	if (length > MOST_CONTROL)
		return -ENOBUFS;
	message->control = rr_alloc(length);
	if (!message->control)
		return -ENOBUFS;
	message->message.control = message->control;
	message->message.control_length = length;
	return rr_copy_from_user(message->control, message->header.control, length);
}

int sys_message_get(struct sys_message *message, uint64_t address, bool sending)
{
	message->message = (struct rr_socket_message){ .uio = &message->uio };
	message->vectors = message->few;
	message->control = NULL;
	if (rr_get_user(message->header, address))
		return -EFAULT;
	int error = get_name(message, sending);
	if (!error)
		error = get_vectors(message);
	if (sending && !error)
		error = get_control(message);
	if (error) {
		sys_message_put(message);
		return error;
	}
	if (!sending) {
		message->message.control_to = message->header.control;
		message->message.control_room = message->header.controllen;
	}
	return 0;
}

void sys_message_put(struct sys_message *message)
{
	if (message->vectors != message->few)
		rr_free(message->vectors);
	rr_free(message->control);
}
