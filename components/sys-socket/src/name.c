/* Names between programs and sockets, and sockets by descriptor. */
#include "sys-socket.h"

int sys_socket_get(int fd, struct rr_file **file, struct rr_socket **socket)
{
	*file = rr_fd_get(rr_current_fdtable(), fd);
	if (!*file)
		return -EBADF;
	*socket = rr_socket_of(*file);
	if (*socket)
		return 0;
	rr_file_put(*file);
	return -ENOTSOCK;
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
