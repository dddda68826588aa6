/* fsync(2), fdatasync(2), sync(2), syncfs(2), sync_file_range(2). */
#include <rr/inode.h>

long rr_sys_fsync(int fd)
{
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long result = file->ops->sync ? file->ops->sync(file) : -EINVAL;
	rr_file_put(file);
	return result;
}

long rr_sys_fdatasync(int fd) { return rr_sys_fsync(fd); }

/* No file system here keeps anything back. */
long rr_sys_sync(void) { return 0; }

long rr_sys_syncfs(int fd)
{
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	rr_file_put(file);
	return 0;
}

static long check_range(const struct rr_file *file, int64_t offset, int64_t length, unsigned flags)
{
	int64_t end;
	if (flags & ~(SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER))
		return -EINVAL;
	if (offset < 0 || length < 0 || __builtin_add_overflow(offset, length, &end))
		return -EINVAL;
	uint32_t kind = file->inode ? file->inode->mode & S_IFMT : 0;
	return kind == S_IFREG || kind == S_IFBLK || kind == S_IFDIR || kind == S_IFLNK ? 0 : -ESPIPE;
}

long rr_sys_sync_file_range(int fd, int64_t offset, int64_t length, unsigned flags)
{
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long result = check_range(file, offset, length, flags);
	rr_file_put(file);
	return result;
}
