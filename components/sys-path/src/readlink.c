/* readlink(2). */
#include <rr/path.h>

long rr_sys_readlinkat(int dirfd, uint64_t address, uint64_t to, int size)
{
	if (size <= 0)
		return -EINVAL;
	struct rr_user_path path;
	struct rr_inode *inode;
	long result = rr_user_path_get(&path, address, true);
	if (result)
		return result;
	bool empty = !path.text[0]; /* the link `dirfd` was opened by O_PATH */
	result = rr_path_lookup(dirfd, path.text, RR_WALK_NOFOLLOW | RR_WALK_EMPTY, &inode);
	rr_user_path_free(&path);
	if (result)
		return result;
	const char *target;
	result = S_ISLNK(inode->mode) ? inode->ops->readlink(inode, &target) : empty ? -ENOENT : -EINVAL;
	if (result >= 0) {
		result = rr_min(result, (long)size);
		if (rr_copy_to_user(to, target, result))
			result = -EFAULT;
	}
	rr_inode_put(inode);
	return result;
}
long rr_sys_readlink(uint64_t path, uint64_t to, int size) { return rr_sys_readlinkat(AT_FDCWD, path, to, size); }
