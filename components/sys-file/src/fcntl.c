/* fcntl(2). */
#include <rr/abi/resource.h>
#include <rr/vfs.h>
#include "lock.h"
#include "owner.h"

#define SETTABLE (O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME | O_ASYNC)

static long duplicate(struct rr_file *file, uint64_t minimum, bool close_on_exec)
{
	if (minimum >= rr_current_limit(RLIMIT_NOFILE) || minimum > INT32_MAX)
		return -EINVAL;
	rr_file_ref(file);
	int fd = rr_fd_install(rr_current_fdtable(), file, minimum, close_on_exec);
	if (fd < 0)
		rr_file_put(file);
	return fd;
}

/* Commands for any descriptor; -ENOSYS: another one. */
static long of_descriptor(int fd, struct rr_file *file, unsigned command, uint64_t argument)
{
	switch (command) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		return duplicate(file, argument, command == F_DUPFD_CLOEXEC);
	case F_GETFD:
		return rr_fd_get_cloexec(rr_current_fdtable(), fd);
	case F_SETFD:
		return rr_fd_set_cloexec(rr_current_fdtable(), fd, argument & FD_CLOEXEC);
	case F_GETFL:
		return file->flags;
	default:
		return -ENOSYS;
	}
}

static long of_file(struct rr_file *file, unsigned command, uint64_t argument)
{
	switch (command) {
	case F_SETFL:
		file->flags = (file->flags & ~SETTABLE) | (argument & SETTABLE);
		return 0;
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return sys_file_lock(file, command, argument);
	case F_GETLEASE:
		return F_UNLCK;
	case F_SETLEASE:
		return -EAGAIN;
	case F_GETPIPE_SZ:
	case F_SETPIPE_SZ:
		return file->ops->control ? file->ops->control(file, command, argument) : -EBADF;
	default:
		return file->ops->control ? file->ops->control(file, command, argument) : -EINVAL;
	}
}

long rr_sys_fcntl(int fd, unsigned command, uint64_t argument)
{
	struct rr_file *file = rr_fd_get_any(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long result = of_descriptor(fd, file, command, argument);
	if (result == -ENOSYS && file->flags & O_PATH)
		result = -EBADF;
	if (result == -ENOSYS)
		result = sys_file_owner(file, command, argument);
	if (result == -ENOSYS)
		result = of_file(file, command, argument);
	rr_file_put(file);
	return result;
}
