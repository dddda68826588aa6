/* Calls about names and connections. */
#include "sys-socket.h"

long rr_sys_bind(int fd, uint64_t address, int length);
long rr_sys_connect(int fd, uint64_t address, int length);
long rr_sys_listen(int fd, int backlog);
long rr_sys_accept(int fd, uint64_t address, uint64_t length_address);
long rr_sys_accept4(int fd, uint64_t address, uint64_t length_address, int flags);
long rr_sys_shutdown(int fd, int how);
long rr_sys_getsockname(int fd, uint64_t address, uint64_t length_address);
long rr_sys_getpeername(int fd, uint64_t address, uint64_t length_address);

long rr_sys_bind(int fd, uint64_t address, int length)
{
	struct rr_socket_name name;
	SYS_SOCKET(used, fd);
	int error = used.error ? used.error : sys_name_get(&name, address, length);
	if (error)
		return error;
	return used.socket->ops->bind ? used.socket->ops->bind(used.socket, &name) : -EOPNOTSUPP;
}

long rr_sys_connect(int fd, uint64_t address, int length)
{
	struct rr_socket_name name;
	SYS_SOCKET(used, fd);
	int error = used.error ? used.error : sys_name_get(&name, address, length);
	if (error)
		return error;
	return used.socket->ops->connect ? used.socket->ops->connect(used.socket, &name, used.file->flags & O_NONBLOCK) : -EOPNOTSUPP;
}

long rr_sys_listen(int fd, int backlog)
{
	SYS_SOCKET(used, fd);
	if (used.error)
		return used.error;
	return used.socket->ops->listen ? used.socket->ops->listen(used.socket, rr_min((unsigned)backlog, (unsigned)SOMAXCONN)) : -EOPNOTSUPP;
}

/* Give the new connection a descriptor, and its peer's name to the program. */
static long take_connection(struct rr_socket *connection, uint64_t address, uint64_t length_address, int flags)
{
	struct rr_socket_name name;
	int error = 0;
	if (address) {
		error = connection->ops->get_name(connection, RR_NAME_ACCEPTED, &name) ? -ECONNABORTED : sys_name_give(&name, address, length_address);
	}
	if (!error)
		return sys_socket_install(connection, flags);
	rr_socket_abandon(connection);
	return error;
}

static long accept_from(struct rr_file *file, uint64_t address, uint64_t length_address, int flags)
{
	struct rr_socket *socket = rr_socket_of(file), *connection;
	if (flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK))
		return -EINVAL;
	int error = rr_fd_available(rr_current_fdtable(), 0);
	if (error)
		return error;
	if (!socket)
		return -ENOTSOCK;
	error = socket->ops->accept ? socket->ops->accept(socket, file->flags & O_NONBLOCK, &connection) : -EOPNOTSUPP;
	return error ? error : take_connection(connection, address, length_address, flags);
}

long rr_sys_accept4(int fd, uint64_t address, uint64_t length_address, int flags)
{
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long result = accept_from(file, address, length_address, flags);
	rr_file_put(file);
	return result;
}

long rr_sys_accept(int fd, uint64_t address, uint64_t length_address) { return rr_sys_accept4(fd, address, length_address, 0); }

long rr_sys_shutdown(int fd, int how)
{
	SYS_SOCKET(used, fd);
	if (used.error)
		return used.error;
	return used.socket->ops->shutdown ? used.socket->ops->shutdown(used.socket, how) : -EOPNOTSUPP;
}

static long get_name(int fd, enum rr_socket_whose whose, uint64_t address, uint64_t length_address)
{
	struct rr_socket_name name;
	SYS_SOCKET(used, fd);
	int error = used.error ? used.error : used.socket->ops->get_name(used.socket, whose, &name);
	return error ? error : sys_name_give(&name, address, length_address);
}

long rr_sys_getsockname(int fd, uint64_t address, uint64_t length_address) { return get_name(fd, RR_NAME_OWN, address, length_address); }
long rr_sys_getpeername(int fd, uint64_t address, uint64_t length_address) { return get_name(fd, RR_NAME_PEER, address, length_address); }
