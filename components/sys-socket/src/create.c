/* socket(2), socketpair(2). */
#include "sys-socket.h"

long rr_sys_socket(int family, int type, int protocol);
long rr_sys_socketpair(int family, int type, int protocol, uint64_t descriptors);

int sys_socket_install(struct rr_socket *socket, int flags)
{
	struct rr_file *file;
	int error = rr_socket_open(socket, flags & SOCK_NONBLOCK ? O_NONBLOCK : 0, &file);
	if (error)
		return error;
	int fd = rr_fd_install(rr_current_fdtable(), file, 0, flags & SOCK_CLOEXEC);
	if (fd < 0)
		rr_file_put(file);
	return fd;
}

static int check_flags(int type) { return type & ~(SOCK_TYPE_MASK | SOCK_CLOEXEC | SOCK_NONBLOCK) ? -EINVAL : 0; }

long rr_sys_socket(int family, int type, int protocol)
{
	struct rr_socket *socket;
	int error = check_flags(type);
	if (!error)
		error = rr_socket_create(family, type & SOCK_TYPE_MASK, protocol, &socket);
	return error ? error : sys_socket_install(socket, type);
}

/* Two sockets that are each other's peers, without files. */
static int create_pair(int family, int type, int protocol, struct rr_socket *pair[2])
{
	int error = rr_socket_create(family, type, protocol, &pair[0]);
	if (error)
		return error;
	error = rr_socket_create(family, type, protocol, &pair[1]);
	if (error)
		goto abandon_first;
	error = pair[0]->ops->pair ? pair[0]->ops->pair(pair[0], pair[1]) : -EOPNOTSUPP;
	if (!error)
		return 0;
	rr_socket_abandon(pair[1]);
abandon_first:
	rr_socket_abandon(pair[0]);
	return error;
}

static int install_pair(struct rr_socket *pair[2], int flags, int fds[2])
{
	fds[0] = sys_socket_install(pair[0], flags);
	if (fds[0] < 0) {
		rr_socket_abandon(pair[1]);
		return fds[0];
	}
	fds[1] = sys_socket_install(pair[1], flags);
	if (fds[1] >= 0)
		return 0;
	rr_fd_close(rr_current_fdtable(), fds[0]);
	return fds[1];
}

/* As on Linux, that there are no descriptors left is told before anything about the family. */
static int check_room(uint64_t descriptors)
{
	struct rr_fdtable *table = rr_current_fdtable();
	int fds[2] = { rr_fd_available(table, 0), 0 };
	if (fds[0])
		return fds[0];
	return rr_put_user(fds, descriptors);
}

long rr_sys_socketpair(int family, int type, int protocol, uint64_t descriptors)
{
	struct rr_socket *pair[2];
	int fds[2], error = check_flags(type);
	if (!error)
		error = check_room(descriptors);
	if (!error)
		error = create_pair(family, type & SOCK_TYPE_MASK, protocol, pair);
	if (!error)
		error = install_pair(pair, type, fds);
	return error ? error : rr_put_user(fds, descriptors);
}
