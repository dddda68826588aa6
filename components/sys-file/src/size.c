/* ftruncate(2), fallocate(2), posix_fadvise(2), readahead(2). */
#include <rr/abi/resource.h>
#include <rr/inode.h>

long rr_sys_ftruncate(int fd, int64_t length)
{
	if (length < 0)
		return -EINVAL;
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long result;
	if (!file->inode || !S_ISREG(file->inode->mode) || !rr_file_writable(file))
		result = -EINVAL;
	else
		result = rr_inode_truncate(file->inode, length);
	rr_file_put(file);
	return result;
}

static long allocate(struct rr_file *file, unsigned mode, int64_t offset, int64_t length)
{
	bool punch = mode & FALLOC_FL_PUNCH_HOLE, keep = mode & FALLOC_FL_KEEP_SIZE;
	int64_t end;
	if (!rr_file_writable(file))
		return -EBADF;
	if (!file->inode || S_ISFIFO(file->inode->mode))
		return -ESPIPE;
	if (S_ISDIR(file->inode->mode))
		return -EISDIR;
	if (!S_ISREG(file->inode->mode))
		return -ENODEV;
	if (__builtin_add_overflow(offset, length, &end))
		return -EFBIG;
	if (!punch && (uint64_t)end > file->inode->size && (uint64_t)end > rr_current_limit(RLIMIT_FSIZE))
		return rr_file_too_large();
	if (!file->inode->ops->allocate)
		return -EOPNOTSUPP;
	int error = file->inode->ops->allocate(file->inode, offset, length, punch);
	if (!error && !keep && (uint64_t)end > file->inode->size)
		error = rr_inode_truncate(file->inode, end);
	return error;
}

long rr_sys_fallocate(int fd, unsigned mode, int64_t offset, int64_t length)
{
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long result;
	if (offset < 0 || length <= 0)
		result = -EINVAL;
	else if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE) || mode == FALLOC_FL_PUNCH_HOLE)
		result = -EOPNOTSUPP;
	else
		result = allocate(file, mode, offset, length);
	rr_file_put(file);
	return result;
}

long rr_sys_fadvise64(int fd, int64_t offset, int64_t length, int advice)
{
	(void)offset;
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long result = 0;
	if (file->inode && S_ISFIFO(file->inode->mode))
		result = -ESPIPE;
	else if (length < 0 || (unsigned)advice > 5)
		result = -EINVAL;
	rr_file_put(file);
	return result;
}

long rr_sys_readahead(int fd, int64_t offset, size_t count)
{
	(void)offset;
	struct rr_file *file = rr_fd_get(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long result = !rr_file_readable(file) ? -EBADF : file->inode && S_ISREG(file->inode->mode) && (long)count >= 0 ? 0 : -EINVAL;
	rr_file_put(file);
	return result;
}
