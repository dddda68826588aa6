/* statfs(2), fstatfs(2). */
#include "lookup.h"

static long write_statfs(const struct rr_inode *inode, uint64_t to)
{
	struct rr_abi_statfs out = { .type = PIPEFS_MAGIC, .bsize = RR_PAGE_SIZE, .frsize = RR_PAGE_SIZE, .namelen = NAME_MAX };
	if (inode && inode->fs && inode->fs->statfs)
		inode->fs->statfs(inode->fs, &out);
	return rr_put_user(out, to);
}

long rr_sys_statfs(uint64_t path, uint64_t to)
{
	struct rr_inode *inode;
	long result = sys_path_lookup(AT_FDCWD, path, 0, &inode);
	if (result)
		return result;
	result = write_statfs(inode, to);
	rr_inode_put(inode);
	return result;
}

long rr_sys_fstatfs(int fd, uint64_t to)
{
	struct rr_file *file = rr_fd_get_any(rr_current_fdtable(), fd);
	if (!file)
		return -EBADF;
	long result = write_statfs(file->inode, to);
	rr_file_put(file);
	return result;
}
