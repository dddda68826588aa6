/* dup(2), dup2(2), dup3(2). */
#include <rr/vfs.h>

long rr_sys_dup(int fd)
{
	struct rr_fdtable *table = rr_current_fdtable();
	struct rr_file *file = rr_fd_get_any(table, fd);
	if (!file)
		return -EBADF;
	int copy = rr_fd_install(table, file, 0, false);
	if (copy < 0)
		rr_file_put(file);
	return copy;
}

static long dup_to(int fd, int to, bool close_on_exec)
{
	struct rr_fdtable *table = rr_current_fdtable();
	struct rr_file *file = rr_fd_get_any(table, fd);
	if (!file)
		return -EBADF;
	int copy = rr_fd_replace(table, file, to, close_on_exec);
	if (copy < 0)
		rr_file_put(file);
	return copy;
}

long rr_sys_dup2(int fd, int to)
{
	if (fd != to)
		return dup_to(fd, to, false);
	return rr_fd_get_cloexec(rr_current_fdtable(), fd) < 0 ? -EBADF : fd;
}

long rr_sys_dup3(int fd, int to, uint32_t flags)
{
	if (flags & ~O_CLOEXEC || fd == to)
		return -EINVAL;
	return dup_to(fd, to, flags & O_CLOEXEC);
}
