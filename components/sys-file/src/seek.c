/* lseek(2). */
#include <rr/vfs.h>

long rr_sys_lseek(int fd, int64_t offset, unsigned whence)
{
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long position;
	if (whence > SEEK_HOLE)
		position = -EINVAL;
	else
		position = file->ops->seek ? file->ops->seek(file, offset, whence) : -ESPIPE;
	rr_file_put(file);
	return position;
}
