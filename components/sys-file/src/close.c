/* close(2), close_range(2). */
#include <rr/vfs.h>

long rr_sys_close(int fd) { return rr_fd_close(rr_current_fdtable(), fd); }

/* CLOSE_RANGE_UNSHARE: other processes' tables stay as they are. The threads of a process always share one. */
long rr_sys_close_range(unsigned first, unsigned last, unsigned flags)
{
	if (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) || first > last)
		return -EINVAL;
	int error = flags & CLOSE_RANGE_UNSHARE ? rr_current_fdtable_unshare() : 0;
	if (error || first > INT32_MAX)
		return error;
	struct rr_fdtable *table = rr_current_fdtable();
	for (int fd = rr_fd_next(table, first); fd >= 0 && (unsigned)fd <= last; fd = rr_fd_next(table, fd + 1)) {
		if (flags & CLOSE_RANGE_CLOEXEC)
			rr_fd_set_cloexec(table, fd, true);
		else
			rr_fd_close(table, fd);
	}
	return 0;
}
