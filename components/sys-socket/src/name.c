/* Names between programs and sockets, and sockets by descriptor. */
#include "sys-socket.h"

struct sys_socket sys_socket_use(int fd)
{
	struct sys_socket used = { .file = rr_fd_get(rr_current_fdtable(), fd) };
	if (!used.file) {
		used.error = -EBADF;
		return used;
	}
	used.socket = rr_socket_of(used.file);
	if (!used.socket) {
		rr_file_put(used.file);
		used.error = -ENOTSOCK;
	}
	return used;
}

int sys_name_get(struct rr_socket_name *name, uint64_t address, int length)
{
	if (length < 0 || (unsigned)length > sizeof(name->address))
		return -EINVAL;
	name->length = (unsigned)length;
	name->address.family = AF_UNSPEC;
	return length ? rr_copy_from_user(&name->address, address, name->length) : 0;
}

int sys_name_give(const struct rr_socket_name *name, uint64_t address, uint64_t length_address)
{
	int room;
	if (rr_get_user(room, length_address))
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	if (rr_copy_to_user(address, &name->address, rr_min((unsigned)room, name->length)))
		return -EFAULT;
	return rr_put_user(name->length, length_address);
}
