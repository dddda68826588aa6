/* pipe(2). */
#include <rr/pipe.h>

long rr_sys_pipe2(uint64_t descriptors, uint32_t flags)
{
	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	struct rr_fdtable *table = rr_current_fdtable();
	struct rr_file *ends[2];
	int fds[2];
	int error = rr_pipe_create(flags & (O_NONBLOCK | O_DIRECT), &ends[0], &ends[1]);
	if (error)
		return error;
	fds[0] = rr_fd_install(table, ends[0], 0, flags & O_CLOEXEC);
	if (fds[0] < 0) {
		error = fds[0];
		goto put_both;
	}
	fds[1] = rr_fd_install(table, ends[1], 0, flags & O_CLOEXEC);
	if (fds[1] < 0) {
		error = fds[1];
		goto close_first;
	}
	error = rr_put_user(fds, descriptors);
	if (!error)
		return 0;
	rr_fd_close(table, fds[1]);
	rr_fd_close(table, fds[0]);
	return error;

close_first:
	rr_fd_close(table, fds[0]);
	rr_file_put(ends[1]);
	return error;
put_both:
	rr_file_put(ends[0]);
	rr_file_put(ends[1]);
	return error;
}

long rr_sys_pipe(uint64_t descriptors) { return rr_sys_pipe2(descriptors, 0); }
