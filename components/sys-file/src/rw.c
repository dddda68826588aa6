/* read(2), write(2), pread(2), pwrite(2). */
#include "transfer.h"

long transfer_file(struct rr_file *file, struct rr_uio *uio, transfer_function *function, const int64_t *position)
{
	uint64_t at = position ? (uint64_t)*position : file->position;
	if (position && !file->ops->seek)
		return -ESPIPE;
	return function(file, uio, position ? &at : &file->position);
}

static long transfer_one(int fd, uint64_t buffer, size_t length, transfer_function *function, const int64_t *position)
{
	struct rr_iovec space;
	struct rr_uio uio = one_buffer(&space, buffer, length);
	if (position && *position < 0)
		return -EINVAL;
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long done = transfer_file(file, &uio, function, position);
	rr_file_put(file);
	return done;
}

long rr_sys_read(int fd, uint64_t buffer, size_t length) { return transfer_one(fd, buffer, length, rr_file_read, NULL); }
long rr_sys_write(int fd, uint64_t buffer, size_t length) { return transfer_one(fd, buffer, length, rr_file_write, NULL); }
long rr_sys_pread64(int fd, uint64_t buffer, size_t length, int64_t position)
{
	return transfer_one(fd, buffer, length, rr_file_read, &position);
}
long rr_sys_pwrite64(int fd, uint64_t buffer, size_t length, int64_t position)
{
	return transfer_one(fd, buffer, length, rr_file_write, &position);
}
