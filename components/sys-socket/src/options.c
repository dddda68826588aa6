/* setsockopt(2), getsockopt(2). */
#include "sys-socket.h"

long rr_sys_setsockopt(int fd, int level, int name, uint64_t value, int length);
long rr_sys_getsockopt(int fd, int level, int name, uint64_t value, uint64_t length_address);

long rr_sys_setsockopt(int fd, int level, int name, uint64_t value, int length)
{
	if (length < 0)
		return -EINVAL;
	SYS_SOCKET(used, fd);
	return used.error ? used.error : rr_socket_set_option(used.socket, level, name, value, (unsigned)length);
}

static int get_option(struct rr_socket *socket, int level, int name, uint64_t value, uint64_t length_address)
{
	int room;
	if (level != SOL_SOCKET && !socket->ops->get_option)
		return -EOPNOTSUPP;
	if (rr_get_user(room, length_address))
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	unsigned length = (unsigned)room;
	int error = rr_socket_get_option(socket, level, name, value, &length);
	return error ? error : rr_put_user(length, length_address);
}

long rr_sys_getsockopt(int fd, int level, int name, uint64_t value, uint64_t length_address)
{
	SYS_SOCKET(used, fd);
	return used.error ? used.error : get_option(used.socket, level, name, value, length_address);
}
